package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.protocol.student.v1.CostTable;
import dev.cohort.protocol.student.v1.DescribeResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeatCostTest {
  private static final BatchShape SHAPE = new BatchShape(2, 20, 10);

  private static DescribeResponse with(CostTable table) {
    return DescribeResponse.newBuilder().setCost(table).build();
  }

  private static CostTable table(double... micros) {
    CostTable.Builder table = CostTable.newBuilder().addAllRows(List.of(1, 2)).addLengths(10);
    for (double time : micros) {
      table.addMicros(time);
    }
    return table.build();
  }

  private static SeatCost measured() throws SeatFaultException {
    return SeatCost.of(with(table(100, 200))).orElseThrow();
  }

  @Test
  void predictsWhatWasMeasured() throws SeatFaultException {
    assertEquals(200, measured().micros(1, SHAPE), 1e-9);
    assertEquals(600, measured().micros(3, SHAPE), 1e-9);
    assertTrue(measured().isMeasured());
  }

  @Test
  void followsWhatBatchesTake() throws SeatFaultException {
    SeatCost cost = measured();
    for (int i = 0; i < 100; i++) {
      cost.observe(SHAPE, 600);
    }
    assertEquals(600, cost.micros(1, SHAPE), 1);
    cost.observe(SHAPE, 0);
    assertEquals(600, cost.micros(1, SHAPE), 1);
  }

  @Test
  void smallBatchesSayNothingOfLargeOnes() throws SeatFaultException {
    SeatCost cost = measured();
    BatchShape large = new BatchShape(2, 400, 200);
    double before = cost.micros(1, large);
    for (int i = 0; i < 100; i++) {
      cost.observe(new BatchShape(1, 10, 10), 300);
      cost.observe(SHAPE, 600);
    }
    assertEquals(300, cost.micros(1, new BatchShape(1, 10, 10)), 15);
    assertEquals(600, cost.micros(1, SHAPE), 30);
    assertEquals(before, cost.micros(1, large), 1e-9);
  }

  @Test
  void oneWildTimeIsBounded() throws SeatFaultException {
    SeatCost cost = measured();
    cost.observe(SHAPE, Long.MAX_VALUE);
    assertEquals(200 * 1.1, cost.micros(1, SHAPE), 1e-9);
  }

  @Test
  void withoutATableTheRuleIsRough() throws SeatFaultException {
    assertTrue(SeatCost.of(DescribeResponse.getDefaultInstance()).isEmpty());
    assertFalse(SeatCost.rough().isMeasured());
    assertEquals(200 + 70 * 20, SeatCost.rough().micros(1, SHAPE), 1e-9);
  }

  @Test
  void tableThatMakesNoSenseIsAFault() {
    for (CostTable wrong : List.of(table(1), table(1, -1), table(1, Double.NaN), table())) {
      assertThrows(SeatFaultException.class, () -> SeatCost.of(with(wrong)), wrong.toString());
    }
  }
}
