package dev.cohort.student.seat;

import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.policy.CostTable.Grid;
import dev.cohort.protocol.student.v1.CostTable;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.Limits;
import dev.cohort.student.engine.StudentEngine;
import java.util.List;
import java.util.Optional;

/** What a seat says about itself: what never changes, and what does. Immutable. */
final class Description {
  private final DescribeResponse fixed;
  private final StudentEngine engine;

  Description(SeatSettings settings, Manifest manifest, BatchRules rules, StudentEngine engine) {
    this.engine = engine;
    this.fixed =
        DescribeResponse.newBuilder()
            .setPackageName(manifest.name())
            .setPackageDigest(manifest.digest())
            .setStudentsTotal(manifest.studentsTotal())
            .setHomeStudent(settings.holdings().home())
            .setOutputDimension(manifest.outputDimension())
            .setLimits(
                Limits.newBuilder()
                    .setMaxRows(rules.maxRows())
                    .setMaxTokens(rules.maxTokens())
                    .setMaxRowTokens(rules.maxRowTokens()))
            .setLanes(settings.lanes())
            .setEngine(engine.name())
            .setPrecision(engine.precision())
            .build();
  }

  /** The answer now. */
  DescribeResponse now(boolean ready, boolean loading, Optional<Grid> cost) {
    DescribeResponse.Builder now = fixed.toBuilder().setReady(ready).setLoading(loading);
    cost.map(Description::toWire).ifPresent(now::setCost);
    return now.addAllStudents(engine.students()).build();
  }

  private static CostTable toWire(Grid grid) {
    return CostTable.newBuilder()
        .addAllRows(grid.rows())
        .addAllLengths(grid.lengths())
        .addAllMicros(grid.micros().stream().flatMap(List::stream).toList())
        .setPaddingMicros(grid.paddingMicros())
        .build();
  }
}
