package dev.cohort.aggregator.pipeline;

import static dev.cohort.aggregator.Requests.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.RefusedException;
import io.grpc.Status;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final Admission admission = new Admission(2, 100, 1000);

  private static void assertFull(RefusedException refused) {
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.code());
  }

  @Test
  void boundsRequests() {
    Admission.Ticket first = admission.admit(1, 1);
    admission.admit(1, 1);
    assertFull(refusal(() -> admission.admit(1, 1)));
    first.release();
    admission.admit(1, 1);
    assertEquals(2, admission.requests());
  }

  @Test
  void boundsTokens() {
    Admission.Ticket first = admission.admit(60, 1);
    assertFull(refusal(() -> admission.admit(41, 1)));
    first.counted(20);
    admission.admit(41, 1);
    assertEquals(61, admission.tokens());
  }

  @Test
  void boundsBytes() {
    Admission.Ticket first = admission.admit(1, 900);
    assertFull(refusal(() -> admission.admit(1, 101)));
    first.release();
    admission.admit(1, 1000);
    assertEquals(1, admission.requests());
  }

  @Test
  void releasesOnce() {
    Admission.Ticket first = admission.admit(60, 1);
    first.release();
    first.release();
    first.counted(5);
    assertEquals(0, admission.requests());
    assertEquals(0, admission.tokens());
  }

  @Test
  void whatNeverFitsIsInvalid() {
    RefusedException refused = refusal(() -> admission.admit(101, 1));
    assertEquals(Status.Code.INVALID_ARGUMENT, refused.code());
    assertTrue(refused.getMessage().contains("101"));
  }
}
