package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.Precision;
import dev.cohort.packages.TokenRow;
import dev.cohort.policy.PrecisionPolicy.Wanted;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.student.SeatClient;
import dev.cohort.student.TestPackages;
import dev.cohort.student.engine.StudentEngine;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A seat that was told its arithmetic runs it and says so. */
class SeatPrecisionIT {
  private static final List<TokenRow> ROW = List.of(TokenRow.of(2, 10, 11, 3));

  private final MeterRegistry registry = new SimpleMeterRegistry();

  @ParameterizedTest
  @EnumSource(
      value = Wanted.class,
      names = {"FP32", "INT8"})
  void runsWhatItWasTold(Wanted wanted) throws Exception {
    Package source = Package.open(TestPackages.folder("tiny-package-int8"));
    Precision precision = Precision.valueOf(wanted.name());
    SeatSettings settings =
        new TestSettings().folder(source.directory()).dedicated(0).precision(wanted, 1).make();
    PackedBatch batch = PackedBatch.of(ROW, BatchRules.of(source.manifest()));
    try (Seat seat = Seat.open(settings, registry);
        SeatClient client = new SeatClient(seat.port());
        StudentEngine engine = StudentEngine.load(source, precision, List.of(0))) {
      seat.load();
      DescribeResponse described = client.describe();
      assertEquals(precision.toString(), described.getPrecision());
      assertEquals(
          1,
          registry
              .get("cohort.seat.precision")
              .tag("precision", precision.toString())
              .gauge()
              .value());
      SeatClient.Stream stream = client.open();
      stream.next();
      stream.send(SeatClient.batch(described, 1, 0, 1, ROW));
      float[] answered = SeatClient.floats(stream.next().getBlock().getContribution());
      assertArrayEquals(engine.forward(batch, 0), answered, 1e-5f);
    }
  }

  @Test
  void doesNotStartInAnArithmeticThatThePackageLacks() {
    SeatSettings settings = new TestSettings().precision(Wanted.INT8, 1).make();
    String message =
        assertThrows(IllegalArgumentException.class, () -> Seat.open(settings, registry))
            .getMessage();
    assertTrue(message.contains("has no int8 graphs; ./cohort quantize adds them"), message);
  }
}
