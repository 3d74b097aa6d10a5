package dev.cohort.policy.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The picture in {@code docs/scaling.md} is what the policy does today. */
final class ScalingPictureTest {
  private static final Path PICTURE = Path.of("../docs/images/scaling.svg");
  private static final int MINUTES = 15;
  private static final int MOST = 12;

  /** With {@code -Dcohort.update=true} the file is written anew. */
  @Test
  void isThatOfTheCode() throws IOException {
    Simulation simulation =
        new Simulation(
            ScalingSettings.defaults(), SeatBounds.of(1, MOST), 2, 8 * Simulation.SECOND);
    Random random = new Random(1);
    for (int step = 0; step < 2 * 60 * MINUTES; step++) {
      simulation.step(level(step / 2) * (1 + 0.25 * random.nextGaussian()));
    }
    String svg = ScalingPicture.of(simulation.steps(), MOST);
    if (Boolean.getBoolean("cohort.update")) {
      Files.writeString(PICTURE, svg);
    }
    assertThat(svg.equals(Files.readString(PICTURE)))
        .as("%s shows what the policy did once: -Dcohort.update=true writes it anew", PICTURE)
        .isTrue();
  }

  /** A plateau of two minutes, a spike of ten seconds, a slow rise. */
  private static double level(int second) {
    if (second >= 120 && second < 240) {
      return 5;
    }
    if (second >= 400 && second < 410) {
      return 6;
    }
    return second < 600 ? 1 : Math.min(3, 1 + (second - 600) / 60.0);
  }
}
