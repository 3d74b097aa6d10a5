package dev.cohort.aggregator.dispatch;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Seats that are always members. Immutable and thread-safe. */
public final class StaticDirectory implements SeatDirectory {
  private final Set<SeatMember> members;

  /** A directory of these seats. */
  public StaticDirectory(List<SeatAddress> seats) {
    Set<SeatMember> inOrder = new LinkedHashSet<>();
    seats.forEach(seat -> inOrder.add(SeatMember.of(seat)));
    this.members = Collections.unmodifiableSet(inOrder);
  }

  @Override
  public void start(Consumer<Set<SeatMember>> listener) {
    listener.accept(members);
  }

  @Override
  public void refresh() {}

  @Override
  public void close() {}
}
