package dev.cohort.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

final class OperatorHealthTest {
  /** LeadershipIT has the cases in which there is an API server. */
  @Test
  void isNotReadyBeforeItHasBegun() {
    OperatorMain main = new OperatorMain(null, new SimpleMeterRegistry());
    assertEquals(Status.DOWN, new OperatorHealth(main).call().getStatus());
  }
}
