package dev.cohort.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohort.policy.PrecisionPolicy.Decision;
import dev.cohort.policy.PrecisionPolicy.Impossible;
import dev.cohort.policy.PrecisionPolicy.Offer;
import dev.cohort.policy.PrecisionPolicy.Reason;
import dev.cohort.policy.PrecisionPolicy.Run;
import dev.cohort.policy.PrecisionPolicy.Wanted;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PrecisionPolicyTest {
  private static final boolean FAST = true;
  private static final boolean SLOW = false;
  private static final Offer NONE = new Offer(false, List.of(0.9, 0.95), List.of());
  private static final Offer UNMEASURED = new Offer(true, List.of(0.9, 0.95), List.of());

  private final PrecisionPolicy policy = new PrecisionPolicy(1.0);

  private static Offer losing(double first, double second) {
    return new Offer(true, List.of(0.9, 0.95), List.of(0.9 - first / 100, 0.95 - second / 100));
  }

  private static Run fp32(Reason reason) {
    return new Run(false, reason);
  }

  private static Run int8(Reason reason) {
    return new Run(true, reason);
  }

  static Stream<Arguments> table() {
    return Stream.of(
        Arguments.of(Wanted.FP32, FAST, losing(0, 0), fp32(Reason.TOLD)),
        Arguments.of(Wanted.FP32, SLOW, NONE, fp32(Reason.TOLD)),
        Arguments.of(Wanted.INT8, FAST, losing(0, 0), int8(Reason.TOLD)),
        Arguments.of(Wanted.INT8, SLOW, losing(50, 50), int8(Reason.TOLD)),
        Arguments.of(Wanted.INT8, SLOW, UNMEASURED, int8(Reason.TOLD)),
        Arguments.of(Wanted.INT8, FAST, NONE, new Impossible()),
        Arguments.of(Wanted.AUTO, FAST, NONE, fp32(Reason.NO_GRAPHS)),
        Arguments.of(Wanted.AUTO, SLOW, losing(0, 0), fp32(Reason.SLOW_PROCESSOR)),
        Arguments.of(Wanted.AUTO, FAST, UNMEASURED, fp32(Reason.NOT_MEASURED)),
        Arguments.of(Wanted.AUTO, FAST, losing(0, 0), int8(Reason.FAST_AND_GOOD)),
        Arguments.of(Wanted.AUTO, FAST, losing(-2, -3), int8(Reason.FAST_AND_GOOD)),
        Arguments.of(Wanted.AUTO, FAST, losing(1, 1), int8(Reason.FAST_AND_GOOD)),
        Arguments.of(Wanted.AUTO, FAST, losing(0, 1.01), fp32(Reason.LOSS)),
        Arguments.of(Wanted.AUTO, FAST, losing(1.01, 0), fp32(Reason.LOSS)),
        Arguments.of(Wanted.AUTO, FAST, losing(Double.NaN, 0), fp32(Reason.LOSS)));
  }

  @ParameterizedTest
  @MethodSource("table")
  void decides(Wanted wanted, boolean fastProcessor, Offer offer, Decision expected) {
    assertThat(policy.decide(wanted, fastProcessor, offer)).isEqualTo(expected);
  }

  @Test
  void aFloorOfZeroAllowsNoLoss() {
    PrecisionPolicy strict = new PrecisionPolicy(0);
    assertThat(strict.decide(Wanted.AUTO, FAST, losing(0, 0)))
        .isEqualTo(int8(Reason.FAST_AND_GOOD));
    assertThat(strict.decide(Wanted.AUTO, FAST, losing(0, 0.1))).isEqualTo(fp32(Reason.LOSS));
  }

  @Test
  void refusesImpossibleNumbers() {
    assertThatThrownBy(() -> new PrecisionPolicy(-0.1)).hasMessageContaining("-0.1");
    assertThatThrownBy(() -> new PrecisionPolicy(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new Offer(true, List.of(0.9), List.of(0.9, 0.9)))
        .hasMessageContaining("1 prefixes in fp32 but 2 in int8");
  }
}
