package dev.cohort.crds;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists of conditions; pure functions, safe for all threads. */
public final class Conditions {
  private Conditions() {}

  /** The condition of this type, if the list has it. */
  public static Optional<Condition> find(List<Condition> conditions, ConditionType type) {
    return conditions.stream().filter(condition -> condition.is(type)).findFirst();
  }

  /**
   * The list with a condition put in the place of the one of its type, or added. Where the status
   * is what it was, the time of the last transition stays what it was.
   */
  public static List<Condition> with(List<Condition> conditions, Condition next) {
    List<Condition> all = new ArrayList<>(conditions);
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).type().equals(next.type())) {
        all.set(i, next.following(all.get(i)));
        return List.copyOf(all);
      }
    }
    all.add(next);
    return List.copyOf(all);
  }
}
