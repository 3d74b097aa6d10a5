package dev.cohort.operator;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the API server has been reached and the caches follow it; a stand-by is ready too. */
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
    return HealthCheckResponse.named("operator")
        .status(main.isConnected() && main.isHealthy())
        .build();
  }
}
