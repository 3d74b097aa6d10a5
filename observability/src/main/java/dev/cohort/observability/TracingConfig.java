package dev.cohort.observability;

import java.util.Optional;

/** The keys {@code cohort.tracing.*} of a service; {@link TracingSettings} says what they mean. */
public interface TracingConfig {
  /** Base URL of an OTLP receiver over HTTP. */
  Optional<String> endpoint();

  /** Share of the requests without a traced caller that are traced. */
  Optional<Double> ratio();
}
