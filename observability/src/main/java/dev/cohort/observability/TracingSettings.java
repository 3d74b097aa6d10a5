package dev.cohort.observability;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * Where spans go, and which. Immutable.
 *
 * @param traces URL that spans are posted to
 * @param ratio share of the traces begun here that are recorded, 0 to 1; a caller's own decision is
 *     followed
 */
public record TracingSettings(URI traces, double ratio) {
  /** The standard's name for the base URL. */
  public static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

  /** The standard's name for the whole URL. */
  public static final String TRACES_ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

  private static final String KEY = "cohort.tracing.endpoint";
  private static final String RATIO = "cohort.tracing.ratio";
  private static final double DEFAULT_RATIO = 0.1;

  /**
   * Reads the settings; the configuration's own key holds before the standard's variables.
   *
   * @param environment variables of the process
   * @return empty: nothing is traced
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  public static Optional<TracingSettings> of(
      TracingConfig config, Map<String, String> environment) {
    double ratio = config.ratio().orElse(DEFAULT_RATIO);
    if (!(ratio >= 0 && ratio <= 1)) {
      throw new IllegalArgumentException("%s is %s; allowed are 0 to 1".formatted(RATIO, ratio));
    }
    return config
        .endpoint()
        .map(base -> below(KEY, base))
        .or(() -> given(environment, TRACES_ENDPOINT).map(url -> url(TRACES_ENDPOINT, url)))
        .or(() -> given(environment, ENDPOINT).map(base -> below(ENDPOINT, base)))
        .map(traces -> new TracingSettings(traces, ratio));
  }

  private static Optional<String> given(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
  }

  private static URI below(String key, String base) {
    url(key, base);
    return URI.create(base.strip().replaceAll("/+$", "") + "/v1/traces");
  }

  private static URI url(String key, String text) {
    try {
      URI url = URI.create(text.strip());
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http && url.getHost() != null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // Said below, together with other kinds of URL.
    }
    throw new IllegalArgumentException(
        "%s is '%s'; it must be a URL http://host:port or https://host:port".formatted(key, text));
  }
}
