package dev.cohort.aggregator.pipeline;

import static dev.cohort.aggregator.Requests.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.RefusedException;
import io.grpc.Status;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final Admission admission = new Admission(2, 100, 1000);

  private Admission.Ticket admit(long tokens, long size) {
    return admission.admit(tokens, size, 1e6, Double.NaN);
  }

  private static void assertFull(RefusedException refused) {
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.code());
    assertTrue(refused.retryAfter().isPresent());
  }

  @Test
  void retryHintIsThePrediction() {
    admit(1, 1);
    admit(1, 1);
    RefusedException refused = refusal(() -> admission.admit(1, 1, 1e6, 250_000));
    assertEquals(Duration.ofMillis(250), refused.retryAfter().orElseThrow());
  }

  @Test
  void hopelessDeadlineIsRefusedAtOnce() {
    admission.admit(1, 1, 1000, 799);
    RefusedException refused = refusal(() -> admission.admit(1, 1, 1000, 1001));
    assertEquals(Status.Code.DEADLINE_EXCEEDED, refused.code());
    assertEquals(1, admission.requests());
  }

  @Test
  void boundsRequests() {
    Admission.Ticket first = admit(1, 1);
    admit(1, 1);
    assertFull(refusal(() -> admit(1, 1)));
    first.release();
    admit(1, 1);
    assertEquals(2, admission.requests());
  }

  @Test
  void boundsTokens() {
    Admission.Ticket first = admit(60, 1);
    assertFull(refusal(() -> admit(41, 1)));
    first.counted(20);
    admit(41, 1);
    assertEquals(61, admission.tokens());
  }

  @Test
  void boundsBytes() {
    Admission.Ticket first = admit(1, 900);
    assertFull(refusal(() -> admit(1, 101)));
    first.release();
    admit(1, 1000);
    assertEquals(1, admission.requests());
  }

  @Test
  void releasesOnce() {
    Admission.Ticket first = admit(60, 1);
    first.release();
    first.release();
    first.counted(5);
    assertEquals(0, admission.requests());
    assertEquals(0, admission.tokens());
  }

  @Test
  void whatNeverFitsIsInvalid() {
    RefusedException refused = refusal(() -> admit(101, 1));
    assertEquals(Status.Code.INVALID_ARGUMENT, refused.code());
    assertTrue(refused.getMessage().contains("101"));
  }
}
