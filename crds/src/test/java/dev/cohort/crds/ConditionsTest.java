package dev.cohort.crds;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ConditionsTest {
  private static final Instant EARLIER = Instant.parse("2026-01-01T10:00:00.123Z");
  private static final Instant LATER = EARLIER.plusSeconds(60);

  @Test
  void addsAConditionOfANewType() {
    List<Condition> one = Conditions.with(List.of(), ready(ConditionStatus.TRUE, EARLIER));
    Condition pruned =
        Condition.of(ConditionType.PRUNED, ConditionStatus.FALSE, "FullPrefix", "", 1, LATER);
    assertEquals(
        List.of(ready(ConditionStatus.TRUE, EARLIER), pruned), Conditions.with(one, pruned));
  }

  @Test
  void keepsTheTimeWhileTheStatusIsTheSame() {
    List<Condition> conditions =
        Conditions.with(
            List.of(ready(ConditionStatus.TRUE, EARLIER)), ready(ConditionStatus.TRUE, LATER));
    assertEquals(List.of(ready(ConditionStatus.TRUE, EARLIER)), conditions);
    assertEquals("2026-01-01T10:00:00Z", conditions.getFirst().lastTransitionTime());
  }

  @Test
  void changesTheTimeWithTheStatus() {
    List<Condition> conditions =
        Conditions.with(
            List.of(ready(ConditionStatus.TRUE, EARLIER)), ready(ConditionStatus.FALSE, LATER));
    assertEquals(List.of(ready(ConditionStatus.FALSE, LATER)), conditions);
  }

  @Test
  void findsByType() {
    List<Condition> conditions = List.of(ready(ConditionStatus.TRUE, EARLIER));
    assertEquals(
        Optional.of(conditions.getFirst()), Conditions.find(conditions, ConditionType.READY));
    assertEquals(Optional.empty(), Conditions.find(conditions, ConditionType.DEGRADED));
  }

  @Test
  void cutsLongMessages() {
    String words = "x".repeat(5000);
    Condition condition =
        Condition.of(ConditionType.UNSCHEDULABLE, ConditionStatus.TRUE, "R", words, 1, EARLIER);
    assertEquals(Condition.MESSAGE, condition.message().length());
  }

  @Test
  void knowsTypesByTheirNames() {
    for (ConditionType type : ConditionType.values()) {
      assertEquals(Optional.of(type), ConditionType.of(type.value()));
    }
    assertEquals(Optional.empty(), ConditionType.of("Serving"));
  }

  /** What the API server's pattern asks of reasons. */
  @Test
  void reasonsAreWordsInCamelCase() {
    List<String> wrong =
        Arrays.stream(ConditionReason.values())
            .map(ConditionReason::value)
            .filter(value -> !value.matches("[A-Z][A-Za-z]*"))
            .toList();
    assertEquals(List.of(), wrong);
  }

  private static Condition ready(ConditionStatus status, Instant at) {
    return Condition.of(ConditionType.READY, status, "Serving", "", 1, at);
  }
}
