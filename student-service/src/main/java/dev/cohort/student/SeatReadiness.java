package dev.cohort.student;

import dev.cohort.student.seat.Seat;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** HTTP readiness: the same answer as gRPC health. */
@Readiness
@ApplicationScoped
public class SeatReadiness implements HealthCheck {
  private final SeatMain main;

  /** Called by the container. */
  public SeatReadiness(SeatMain main) {
    this.main = main;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("seat")
        .status(main.seat().filter(Seat::isReady).isPresent())
        .build();
  }
}
