package dev.cohort.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohort.policy.CostTable.Grid;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CostTableTest {

  private static final Grid GRID =
      new Grid(
          List.of(1, 4),
          List.of(16, 64),
          List.of(List.of(1_000.0, 3_000.0), List.of(3_400.0, 11_000.0)),
          0.01);
  private final CostTable table = new CostTable(GRID);

  @Test
  void returnsWhatWasMeasured() {
    assertThat(table.micros(1, 16, 1, 16)).isEqualTo(1_000);
    assertThat(table.micros(1, 256, 4, 64)).isEqualTo(11_000);
  }

  @Test
  void interpolatesBetween() {
    assertThat(table.micros(1, 40, 1, 40)).isCloseTo(2_000, within(1e-9));
    assertThat(table.micros(1, 40, 2, 20)).isBetween(1_000.0, 3_400.0);
  }

  @Test
  void growsWithTheTokensBeyond() {
    assertThat(table.micros(1, 128, 1, 128)).isCloseTo(6_000, within(1e-9));
    assertThat(table.micros(1, 512, 8, 64)).isCloseTo(22_000, within(1e-9));
    assertThat(table.micros(1, 2, 1, 2)).isEqualTo(1_000);
  }

  @Test
  void studentsAndPaddingAdd() {
    double uniform = table.micros(1, 64, 4, 16);
    assertThat(table.micros(3, 64, 4, 16)).isCloseTo(3 * uniform, within(1e-9));
    assertThat(table.micros(1, 64, 4, 40))
        .isCloseTo(uniform + 0.01 * 4 * (40 * 40 - 16 * 16), within(1e-6));
  }

  @Test
  void neverFallsWhenARowIsAdded() {
    var random = new Random(9);
    var noisy =
        new CostTable(
            new Grid(
                List.of(1, 2, 8),
                List.of(8, 32, 128),
                List.of(
                    List.of(900.0, 850.0, 4_000.0),
                    List.of(800.0, 2_400.0, 7_000.0),
                    List.of(3_000.0, 2_900.0, 30_000.0)),
                0.001));
    for (int trial = 0; trial < 10_000; trial++) {
      int rows = random.nextInt(1, 20);
      int length = random.nextInt(1, 200);
      double now = noisy.micros(1, rows * length, rows, length);
      assertThat(noisy.micros(1, (rows + 1) * length, rows + 1, length))
          .isGreaterThanOrEqualTo(now - 1e-9);
      assertThat(noisy.micros(1, rows * (length + 1), rows, length + 1))
          .isGreaterThanOrEqualTo(now - 1e-9);
    }
  }

  @Test
  void refusesBrokenGrids() {
    assertThatThrownBy(() -> new Grid(List.of(), List.of(1), List.of(), 0))
        .hasMessageContaining("rows");
    assertThatThrownBy(() -> new Grid(List.of(2, 1), List.of(1), List.of(), 0))
        .hasMessageContaining("[2, 1]");
    assertThatThrownBy(() -> new Grid(List.of(1), List.of(1, 2), List.of(List.of(1.0)), 0))
        .hasMessageContaining("1 x 2");
    assertThatThrownBy(() -> new Grid(List.of(1), List.of(1), List.of(List.of(Double.NaN)), 0))
        .hasMessageContaining("not positive");
    assertThatThrownBy(() -> new Grid(List.of(1), List.of(1), List.of(List.of(1.0)), -1))
        .hasMessageContaining("-1");
  }
}
