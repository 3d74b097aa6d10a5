package dev.cohort.aggregator.dispatch;

import dev.cohort.policy.BatchCost;
import dev.cohort.policy.CostTable;
import dev.cohort.protocol.student.v1.DescribeResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Predicts one seat's engine time: the table that the seat measured, corrected by what its batches
 * take while it works. A seat without a valid table is predicted by a rough rule, and nothing is
 * refused on its account. Owned by the dispatch thread.
 */
final class SeatCost implements BatchCost {
  /** Where nothing is measured: 0.2 ms for each batch and student, and 70 us for each token. */
  static final BatchCost ROUGH =
      (students, tokens, rows, longest) -> students * (200 + 70.0 * tokens);

  private final BatchCost table;
  private final boolean measured;
  private final CostCorrection correction = new CostCorrection();

  private SeatCost(BatchCost table, boolean measured) {
    this.table = table;
    this.measured = measured;
  }

  /** The rough rule. */
  static SeatCost rough() {
    return new SeatCost(ROUGH, false);
  }

  /** What a seat measured; empty when it gave no table. */
  static Optional<SeatCost> of(DescribeResponse response) throws SeatFaultException {
    if (!response.hasCost()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new SeatCost(new CostTable(grid(response.getCost())), true));
    } catch (IllegalArgumentException e) {
      throw new SeatFaultException("cost table: " + e.getMessage());
    }
  }

  /** Whether the prediction rests on a table that the seat measured. */
  boolean isMeasured() {
    return measured;
  }

  @Override
  public double micros(int students, int tokens, int rows, int longest) {
    return correction.factor(tokens) * table.micros(students, tokens, rows, longest);
  }

  /** Predicted engine time of a batch on this seat, in microseconds. */
  double micros(int students, BatchShape shape) {
    return micros(students, shape.tokens(), shape.rows(), shape.longest());
  }

  /** Notes how long one student took. */
  void observe(BatchShape shape, long micros) {
    if (micros <= 0) {
      return;
    }
    double predicted = table.micros(1, shape.tokens(), shape.rows(), shape.longest());
    correction.observe(shape.tokens(), micros / predicted);
  }

  private static CostTable.Grid grid(dev.cohort.protocol.student.v1.CostTable table) {
    int columns = table.getLengthsCount();
    if (table.getMicrosCount() != table.getRowsCount() * columns) {
      throw new IllegalArgumentException(
          "%d times for %d x %d cells"
              .formatted(table.getMicrosCount(), table.getRowsCount(), columns));
    }
    List<List<Double>> micros = new ArrayList<>();
    for (int row = 0; row < table.getRowsCount(); row++) {
      micros.add(table.getMicrosList().subList(row * columns, (row + 1) * columns));
    }
    return new CostTable.Grid(
        table.getRowsList(), table.getLengthsList(), micros, table.getPaddingMicros());
  }
}
