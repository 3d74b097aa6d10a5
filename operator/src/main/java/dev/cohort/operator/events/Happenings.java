package dev.cohort.operator.events;

import dev.cohort.crds.Condition;
import dev.cohort.crds.ConditionStatus;
import dev.cohort.crds.ConditionType;
import dev.cohort.crds.Conditions;
import dev.cohort.crds.PrefixStatus;
import dev.cohort.crds.StudentEnsembleStatus;
import dev.cohort.crds.TransitionStatus;
import dev.cohort.operator.status.StatusReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What happened between one status and the next. Pure. */
public final class Happenings {
  private static final int MESSAGE = 1024;

  /** Conditions whose change is told, and the status that is a warning. */
  private record Told(ConditionType type, ConditionStatus warning) {}

  private static final List<Told> TOLD =
      List.of(
          new Told(ConditionType.READY, ConditionStatus.FALSE),
          new Told(ConditionType.AVAILABLE, ConditionStatus.FALSE),
          new Told(ConditionType.DEGRADED, ConditionStatus.TRUE),
          new Told(ConditionType.METRICS_AVAILABLE, ConditionStatus.FALSE),
          new Told(ConditionType.UNSCHEDULABLE, ConditionStatus.TRUE),
          new Told(ConditionType.SCALING_LIMITED, ConditionStatus.TRUE));

  private Happenings() {}

  /**
   * Changes of conditions, and of a prefix behind a change of seats; nothing is told of a status
   * that is the first one.
   */
  public static List<Happening> between(StudentEnsembleStatus before, StudentEnsembleStatus after) {
    List<Happening> happenings = new ArrayList<>();
    if (before != null) {
      TOLD.forEach(told -> change(told, before, after).ifPresent(happenings::add));
      rolledBack(before, after).ifPresent(happenings::add);
      prefix(before, after).ifPresent(happenings::add);
    }
    return List.copyOf(happenings);
  }

  /** A change of prefix, seats or package. */
  public static Happening of(TransitionStatus transition) {
    return new Happening(
        transition.reason(),
        "%s: %s to %s".formatted(transition.kind(), transition.from(), transition.to()),
        false);
  }

  /** A status has one transition: where seats came with a burst it is theirs. */
  private static Optional<Happening> prefix(
      StudentEnsembleStatus before, StudentEnsembleStatus after) {
    TransitionStatus told = after.lastTransition();
    boolean hidden = told != null && told.kind().equals(StatusReport.SEATS);
    return before.prefix() == null || after.prefix() == null || !hidden
        ? Optional.empty()
        : StatusReport.ofPrefix(before.prefix().current(), after.prefix().current())
            .map(reason -> happening(before.prefix(), after.prefix(), reason));
  }

  private static Happening happening(PrefixStatus before, PrefixStatus after, String reason) {
    return new Happening(
        reason, "Prefix: %d to %d".formatted(before.current(), after.current()), false);
  }

  private static Optional<Happening> change(
      Told told, StudentEnsembleStatus before, StudentEnsembleStatus after) {
    Optional<Condition> was = Conditions.find(before.conditions(), told.type());
    return Conditions.find(after.conditions(), told.type())
        .filter(now -> was.map(old -> old.status() != now.status()).orElse(false))
        .map(now -> happening(now, told.warning()));
  }

  /** A change that is given up makes Progressing false, as one that has come about does. */
  private static Optional<Happening> rolledBack(
      StudentEnsembleStatus before, StudentEnsembleStatus after) {
    boolean was =
        Conditions.find(before.conditions(), ConditionType.PROGRESSING)
            .map(condition -> condition.status() == ConditionStatus.TRUE)
            .orElse(false);
    return Conditions.find(after.conditions(), ConditionType.PROGRESSING)
        .filter(now -> was && now.status() == ConditionStatus.FALSE)
        .map(now -> happening(now, ConditionStatus.UNKNOWN));
  }

  private static Happening happening(Condition condition, ConditionStatus warning) {
    String text = "%s is %s: %s".formatted(condition.type(), word(condition), condition.message());
    return new Happening(
        condition.reason(),
        text.length() > MESSAGE ? text.substring(0, MESSAGE) : text,
        condition.status() == warning);
  }

  private static String word(Condition condition) {
    return condition.status() == ConditionStatus.TRUE ? "true" : "false";
  }
}
