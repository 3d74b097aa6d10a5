package dev.cohort.policy.scaling;

import java.util.ArrayList;
import java.util.List;

/** Changes of direction in a run, counted from outside of the policy. */
final class Changes {
  private Changes() {}

  /** Most changes of direction in any stretch of so many seconds. */
  static int mostWithin(double seconds, List<Simulation.Step> steps, int initial) {
    List<Double> turns = turns(steps, initial);
    int most = 0;
    for (int first = 0; first < turns.size(); first++) {
      int last = first;
      while (last < turns.size() && turns.get(last) - turns.get(first) < seconds) {
        last++;
      }
      most = Math.max(most, last - first);
    }
    return most;
  }

  private static List<Double> turns(List<Simulation.Step> steps, int initial) {
    List<Double> turns = new ArrayList<>();
    int seats = initial;
    int direction = 0;
    for (Simulation.Step step : steps) {
      int change = Integer.signum(step.desired() - seats);
      if (change * direction < 0) {
        turns.add(step.seconds());
      }
      direction = change == 0 ? direction : change;
      seats = step.desired();
    }
    return turns;
  }
}
