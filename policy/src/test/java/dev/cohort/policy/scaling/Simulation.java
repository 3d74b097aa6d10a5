package dev.cohort.policy.scaling;

import dev.cohort.policy.scaling.BurstSignal.Delay;
import dev.cohort.policy.scaling.BurstSignal.Fresh;
import dev.cohort.policy.scaling.BurstSignal.Work;
import dev.cohort.policy.scaling.ReplicaPolicy.Decision;
import dev.cohort.policy.scaling.ReplicaPolicy.Situation;
import java.util.ArrayList;
import java.util.List;

/**
 * An ensemble of four students on seats that take a while to start, its queue and its prefix, in
 * steps of half a second: a message of the aggregator in each. Load is in seats: 1 keeps one seat
 * busy with all students. Seats are cancelled newest first. Single-threaded.
 */
final class Simulation {
  static final long SECOND = 1_000_000_000L;
  static final long STEP = SECOND / 2;
  static final int STUDENTS = 4;
  private static final double SEAT_MICROS = 1e6;
  private static final double TARGET_MICROS = 50_000;

  /** What one step left behind. */
  record Step(
      double seconds, double load, int prefix, int ready, int desired, ScalingReason reason) {}

  private final ReplicaPolicy policy;
  private final SeatBounds bounds;
  private final long startNanos;
  private final List<Long> readyAt = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private ScalingState state;
  private ScalingMode mode = ScalingMode.AUTO;
  private boolean paused;
  private double backlogMicros;
  private long now;

  Simulation(ScalingSettings settings, SeatBounds bounds, int seats, long startNanos) {
    this.policy = new ReplicaPolicy(settings);
    this.bounds = bounds;
    this.startNanos = startNanos;
    this.state = policy.start(0);
    for (int seat = 0; seat < seats; seat++) {
      readyAt.add(0L);
    }
  }

  void mode(ScalingMode chosen) {
    mode = chosen;
  }

  void pause(boolean chosen) {
    paused = chosen;
  }

  int seats() {
    return readyAt.size();
  }

  long now() {
    return now;
  }

  ScalingState state() {
    return state;
  }

  List<Step> steps() {
    return steps;
  }

  /** The load of half a second. */
  Decision step(double load) {
    int prefix = serve(load);
    return step(signal(load, prefix), load, prefix);
  }

  /** Half a second without figures. */
  Decision step(BurstSignal signal) {
    return step(signal, 0, STUDENTS);
  }

  private Decision step(BurstSignal signal, double load, int prefix) {
    Decision decision = policy.decide(state, situation(signal), now);
    steps.add(
        new Step(
            now / (double) SECOND, load, prefix, ready(), decision.seats(), decision.reason()));
    state = decision.next();
    if (decision.writes()) {
      scale(decision.seats());
    }
    now += STEP;
    return decision;
  }

  Situation situation(BurstSignal signal) {
    int ready = ready();
    return new Situation(signal, new Seats(ready, seats() - ready, seats()), bounds, mode, paused);
  }

  /** Sets the number of seats from outside. */
  void scale(int seats) {
    while (readyAt.size() > seats) {
      readyAt.removeLast();
    }
    while (readyAt.size() < seats) {
      readyAt.add(now + startNanos);
    }
  }

  private int ready() {
    return (int) readyAt.stream().filter(time -> time <= now).count();
  }

  /** Answers what it can with the largest prefix that keeps up, and returns that. */
  private int serve(double load) {
    double seconds = STEP / (double) SECOND;
    double asked = load * SEAT_MICROS * seconds + backlogMicros;
    double able = Math.max(1, ready()) * SEAT_MICROS * seconds;
    int prefix = (int) Math.clamp(STUDENTS * able / Math.max(1, asked), 1, STUDENTS);
    backlogMicros = Math.clamp(asked - able * STUDENTS / prefix, 0, 4 * able);
    return prefix;
  }

  private Fresh signal(double load, int prefix) {
    int ready = Math.max(1, ready());
    double used = Math.min(1, load * prefix / STUDENTS / ready);
    double drain = backlogMicros / ready;
    return new Fresh(
        new Work(load * SEAT_MICROS, SEAT_MICROS, used),
        new Delay(drain, drain, TARGET_MICROS),
        prefix,
        STUDENTS);
  }
}
