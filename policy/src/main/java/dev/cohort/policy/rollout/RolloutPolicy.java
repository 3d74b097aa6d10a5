package dev.cohort.policy.rollout;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The next step from one revision to another, whose seats never work together.
 *
 * <pre>
 * for each pool p with w wanted, n new and o old seats, r of the new ones ready:
 *   surge:   n' = min(half, n + 1) once r >= n;   o' = w - max(0, n' - 1);   half = ceil(w / 2)
 *   switch:  when r >= half everywhere and the new aggregators are ready, clients go to the new
 *            side, which grows on: half = w
 *   finish:  when no old aggregator is left, n' = w and o' = 0
 * </pre>
 *
 * A pool has one seat more than wanted while there is room for it, so that a revision that does not
 * start takes nothing away. Where a budget leaves no room, old seats go first, those of the last
 * pools before those of the first. Past the switch there is no way back. Stateless, thread-safe.
 */
public final class RolloutPolicy {
  /** Who answers clients, and what is to be done. */
  public enum Phase {
    /** The old side answers while new seats come. */
    SURGE,
    /** The new side answers, the old one ends what it has. */
    SWITCH,
    /** Only the new side is left. */
    FINISH
  }

  /**
   * What there is.
   *
   * @param wanted seats of each pool; one pool when all seats can run all students
   * @param next new seats asked for, of each pool
   * @param ready new seats that are ready, of each pool
   * @param aggregators that each side is to have
   * @param readyAggregators new ones that are ready
   * @param oldAggregators old ones that are left, those that end included
   * @param switched clients already go to the new side
   * @param budget most seats of both sides together
   */
  public record Situation(
      List<Integer> wanted,
      List<Integer> next,
      List<Integer> ready,
      int aggregators,
      int readyAggregators,
      int oldAggregators,
      boolean switched,
      int budget) {
    /** Copies the lists. */
    public Situation {
      wanted = List.copyOf(wanted);
      next = List.copyOf(next);
      ready = List.copyOf(ready);
      if (wanted.size() != next.size() || wanted.size() != ready.size()) {
        throw new IllegalArgumentException(
            "wanted, next and ready must have the same pools: %s, %s, %s"
                .formatted(wanted, next, ready));
      }
    }
  }

  /**
   * What is to be.
   *
   * @param phase who answers from now on
   * @param old seats of each pool of the old side
   * @param next seats of each pool of the new side
   * @param oldAggregators of the old side
   * @param newAggregators of the new side
   */
  public record Step(
      Phase phase, List<Integer> old, List<Integer> next, int oldAggregators, int newAggregators) {
    /** Copies the lists. */
    public Step {
      old = List.copyOf(old);
      next = List.copyOf(next);
    }
  }

  private RolloutPolicy() {}

  /** The next step; the same again while what it waits for has not come. */
  public static Step next(Situation now) {
    if (now.switched()) {
      return now.oldAggregators() == 0 ? finished(now) : switched(now, 0);
    }
    boolean half = pools(now).allMatch(pool -> now.ready().get(pool) >= half(now, pool));
    if (half && now.readyAggregators() >= now.aggregators()) {
      return switched(now, now.aggregators());
    }
    List<Integer> next = pools(now).map(pool -> grown(now, pool, half(now, pool))).boxed().toList();
    return new Step(Phase.SURGE, old(now, next), next, now.aggregators(), now.aggregators());
  }

  private static Step switched(Situation now, int oldAggregators) {
    List<Integer> next =
        pools(now).map(pool -> grown(now, pool, now.wanted().get(pool))).boxed().toList();
    return new Step(Phase.SWITCH, old(now, next), next, oldAggregators, now.aggregators());
  }

  private static Step finished(Situation now) {
    List<Integer> none = pools(now).map(pool -> 0).boxed().toList();
    return new Step(Phase.FINISH, none, now.wanted(), 0, now.aggregators());
  }

  private static int grown(Situation now, int pool, int most) {
    int next = now.next().get(pool);
    return now.ready().get(pool) >= next ? Math.min(most, next + 1) : next;
  }

  private static int half(Situation now, int pool) {
    return Math.ceilDiv(now.wanted().get(pool), 2);
  }

  private static List<Integer> old(Situation now, List<Integer> next) {
    int left = now.budget() - next.stream().mapToInt(Integer::intValue).sum();
    List<Integer> old = new ArrayList<>();
    for (int pool = 0; pool < next.size(); pool++) {
      int kept = now.wanted().get(pool) - Math.max(0, next.get(pool) - 1);
      int seats = Math.clamp(kept, 0, Math.max(0, left));
      old.add(seats);
      left -= seats;
    }
    return old;
  }

  private static IntStream pools(Situation now) {
    return IntStream.range(0, now.wanted().size());
  }
}
