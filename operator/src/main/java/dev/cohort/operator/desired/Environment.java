package dev.cohort.operator.desired;

import dev.cohort.crds.TracingSpec;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Settings of a service as environment variables: {@code cohort.home-student} becomes {@code
 * COHORT_HOME_STUDENT}. Owned by one thread while it is filled.
 */
final class Environment {
  private final Map<String, String> settings = new TreeMap<>();

  /** Sets a key; a value of null leaves it out. */
  Environment set(String key, Object value) {
    if (value != null) {
      settings.put(key, value.toString());
    }
    return this;
  }

  /** Sets a number: the API server tells the same one as 1 or as 1.0. */
  Environment set(String key, BigDecimal value) {
    return set(key, (Object) value.stripTrailingZeros().toPlainString());
  }

  /** Where traces go, when anywhere. */
  Environment tracing(TracingSpec tracing, boolean withRatio) {
    if (tracing == null) {
      return this;
    }
    set("cohort.tracing.endpoint", tracing.endpoint());
    return withRatio ? set("cohort.tracing.ratio", tracing.ratio()) : this;
  }

  /** Sorted by name. */
  List<EnvVar> variables() {
    List<EnvVar> variables = new ArrayList<>();
    settings.forEach(
        (key, value) ->
            variables.add(new EnvVarBuilder().withName(name(key)).withValue(value).build()));
    return variables;
  }

  private static String name(String key) {
    return key.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
  }
}
