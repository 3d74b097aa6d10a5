package dev.cohort.aggregator.dispatch;

import dev.cohort.protocol.burst.v1.SeatSignals;
import java.util.BitSet;
import java.util.List;

/** A seat as burst signals tell it. */
final class SeatReport {
  private SeatReport() {}

  /** What is to be told of a seat. */
  static SeatSignals of(Seat seat) {
    SeatSignals.Builder signals =
        SeatSignals.newBuilder()
            .setAddress(seat.address().toString())
            .setState(seat.state())
            .setLanes(seat.lanes())
            .setCredits(seat.credits())
            .setSlow(seat.isSlow())
            .setBusyShare(seat.workedMicrosPerSecond() / 1e6 / Math.max(1, seat.lanes()))
            .setBacklogMicros(seat.backlogMicros());
    seat.model().ifPresent(model -> signals.setModel(model.name()));
    if (seat.homeStudent() >= 0) {
      signals.setHomeStudent(seat.homeStudent());
    }
    if (seat.state() != SeatSignals.State.DOWN) {
      BitSet.valueOf(new long[] {seat.held()}).stream().forEach(signals::addStudents);
    }
    if (seat.cost().isMeasured()) {
      signals.setTypicalBatchMicros(seat.cost().micros(1, BatchShape.TYPICAL));
    }
    return signals.build();
  }

  /** What is told soon when it changes. */
  static Object condition(Seat seat) {
    return List.of(seat.address(), seat.state(), seat.isSlow(), seat.held());
  }
}
