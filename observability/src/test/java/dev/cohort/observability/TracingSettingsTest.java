package dev.cohort.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracingSettingsTest {
  private record Config(Optional<String> endpoint, Optional<Double> ratio)
      implements TracingConfig {}

  private static Optional<TracingSettings> settings(
      String endpoint, Map<String, String> environment) {
    return TracingSettings.of(
        new Config(Optional.ofNullable(endpoint), Optional.empty()), environment);
  }

  private static URI url(String endpoint, Map<String, String> environment) {
    return settings(endpoint, environment).orElseThrow().traces();
  }

  @Test
  void nothingIsTracedUnlessSomebodyAsks() {
    assertEquals(Optional.empty(), settings(null, Map.of()));
    assertEquals(Optional.empty(), settings(null, Map.of(TracingSettings.ENDPOINT, " ")));
  }

  @Test
  void theOwnKeyHoldsBeforeTheStandardsVariables() {
    Map<String, String> both =
        Map.of(
            TracingSettings.ENDPOINT, "http://base:4318",
            TracingSettings.TRACES_ENDPOINT, "http://whole:4318/here");
    assertEquals(URI.create("https://own:4318/v1/traces"), url("https://own:4318/", both));
    assertEquals(URI.create("http://whole:4318/here"), url(null, both));
    assertEquals(
        URI.create("http://base:4318/v1/traces"),
        url(null, Map.of(TracingSettings.ENDPOINT, "http://base:4318")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"collector:4317", "grpc://a:1", "http://", "not a url", ""})
  void otherUrlsAreRefused(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> settings(text, Map.of())).getMessage();
    assertTrue(message.startsWith("cohort.tracing.endpoint is '" + text + "'; it must"), message);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void ratiosAreShares(double ratio) {
    Config config = new Config(Optional.empty(), Optional.of(ratio));
    String message =
        assertThrows(IllegalArgumentException.class, () -> TracingSettings.of(config, Map.of()))
            .getMessage();
    assertEquals("cohort.tracing.ratio is " + ratio + "; allowed are 0 to 1", message);
  }
}
