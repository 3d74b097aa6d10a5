package dev.cohort.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohort.policy.AdmissionPolicy.Admit;
import dev.cohort.policy.AdmissionPolicy.Bound;
import dev.cohort.policy.AdmissionPolicy.Hopeless;
import dev.cohort.policy.AdmissionPolicy.Limits;
import dev.cohort.policy.AdmissionPolicy.Queue;
import dev.cohort.policy.AdmissionPolicy.QueueFull;
import dev.cohort.policy.AdmissionPolicy.Request;
import org.junit.jupiter.api.Test;

class AdmissionPolicyTest {

  private static final double NO_DEADLINE = Double.POSITIVE_INFINITY;
  private final AdmissionPolicy policy = new AdmissionPolicy(new Limits(10, 1_000, 500));

  @Test
  void admitsWhatFitsAndCanBeAnsweredInTime() {
    assertThat(policy.decide(new Queue(9, 900), new Request(100, 5_000, 4_000)))
        .isEqualTo(new Admit());
  }

  @Test
  void refusesBeyondTheBounds() {
    assertThat(policy.decide(new Queue(10, 0), new Request(1, NO_DEADLINE, 700)))
        .isEqualTo(new QueueFull(Bound.REQUESTS, 700));
    assertThat(policy.decide(new Queue(1, 950), new Request(51, NO_DEADLINE, 700)))
        .isEqualTo(new QueueFull(Bound.TOKENS, 700));
  }

  @Test
  void admitsOneRequestLargerThanTheTokenBoundWhenNothingWaits() {
    assertThat(policy.decide(new Queue(0, 0), new Request(2_000, NO_DEADLINE, 700)))
        .isEqualTo(new Admit());
  }

  @Test
  void refusesWhatWouldBeLate() {
    assertThat(policy.decide(new Queue(0, 0), new Request(10, 5_000, 4_001)))
        .isEqualTo(new Hopeless(4_001));
    assertThat(policy.decide(new Queue(0, 0), new Request(10, 499, 1))).isEqualTo(new Hopeless(1));
    assertThat(policy.decide(new Queue(0, 0), new Request(10, -1, Double.NaN)))
        .isInstanceOf(Hopeless.class);
  }

  @Test
  void aMissingPredictionRefusesNothing() {
    assertThat(policy.decide(new Queue(0, 0), new Request(10, 1_000, Double.NaN)))
        .isEqualTo(new Admit());
  }

  @Test
  void refusesImpossibleLimits() {
    assertThatThrownBy(() -> new Limits(0, 1, 0)).hasMessageContaining("requests 0");
    assertThatThrownBy(() -> new Limits(1, 1, Double.NaN)).hasMessageContaining("NaN");
  }
}
