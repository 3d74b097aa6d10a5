package dev.cohort.operator;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when the API server has been reached, the caches follow it, and the operator acts or stands
 * by. Alive is what answers at all: a new start mends nothing that this one does not try again.
 */
@Readiness
@ApplicationScoped
public class OperatorHealth implements HealthCheck {
  private final OperatorMain main;

  /** Called by the container. */
  @Inject
  public OperatorHealth(OperatorMain main) {
    this.main = main;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("operator").status(main.isReady()).build();
  }
}
