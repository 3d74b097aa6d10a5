package dev.cohort.operator.burst;

import dev.cohort.crds.Regime;
import dev.cohort.policy.scaling.BurstSignal;
import dev.cohort.policy.scaling.Reading;
import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.SeatSignals;
import java.util.List;
import java.util.Optional;

/** Messages of aggregators as the figures that the scaling rules decide on. Pure. */
public final class Figures {
  private static final double LANE_MICROS = 1e6;

  private Figures() {}

  /**
   * What all aggregators together say.
   *
   * @param lanes of a seat
   * @param nowNanos by the clock of the receptions
   */
  public static BurstSignal combined(
      List<Reception> receptions, Regime regime, int lanes, long nowNanos) {
    return BurstSignal.combined(
        receptions.stream()
            .map(
                reception ->
                    reading(reception, regime, lanes)
                        .map(reading -> reading.at(nowNanos - reception.atNanos()))
                        .orElseGet(BurstSignal.Absent::new))
            .toList());
  }

  /**
   * One message; empty while the aggregator serves nothing. A figure that is absent is no number.
   */
  static Optional<Reading> reading(Reception reception, Regime regime, int lanes) {
    return reception
        .model()
        .map(model -> reading(model, reception.message().getSeatsList(), regime, lanes));
  }

  private static Reading reading(
      ModelSignals model, List<SeatSignals> seats, Regime regime, int lanes) {
    int counted = regime == Regime.SHARED ? model.getPrefixMax() : 1;
    return new Reading(
        model.getOffered().hasStudentMicrosPerSecond()
            ? model.getOffered().getStudentMicrosPerSecond() * counted
            : Double.NaN,
        lanes * LANE_MICROS,
        utilisation(seats, regime),
        model.hasDrainFullMicros() ? model.getDrainFullMicros() : Double.NaN,
        model.getQueue().getOldestMicros(),
        model.getLatencyTargetMicros(),
        model.getPrefix(),
        model.getPrefixMax());
  }

  /** Of the seats that serve; where each student has its own, of those of the first. */
  private static double utilisation(List<SeatSignals> seats, Regime regime) {
    return seats.stream()
        .filter(seat -> seat.getState() == SeatSignals.State.SERVING)
        .filter(seat -> regime == Regime.SHARED || seat.getHomeStudent() == 0)
        .mapToDouble(SeatSignals::getBusyShare)
        .average()
        .orElse(0);
  }
}
