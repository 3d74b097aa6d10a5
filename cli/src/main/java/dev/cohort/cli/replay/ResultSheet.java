package dev.cohort.cli.replay;

import dev.cohort.cli.CommandException;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;

/**
 * A result as one picture: panels above each other over the same time. A panel of which nothing is
 * known says so. Stateless.
 */
final class ResultSheet {
  private ResultSheet() {}

  /**
   * Draws and writes the picture, without a screen.
   *
   * @throws IOException when the file cannot be written
   * @throws CommandException when this machine cannot draw text
   */
  static void write(ReplayResult result, Path file) throws IOException {
    ImageIO.write(draw(result), "png", file.toFile());
  }

  /** Without fonts the JDK throws whatever its first attempt to load them met. */
  private static BufferedImage draw(ReplayResult result) {
    try {
      return image(charts(result));
    } catch (RuntimeException | LinkageError | InternalError e) {
      throw CommandException.failure(
          "the picture cannot be drawn; it needs fonts (Debian: apt install fontconfig fonts-dejavu-core): "
              + e,
          e);
    }
  }

  private static BufferedImage image(List<XYChart> charts) {
    int height = charts.size() * Panel.HEIGHT;
    BufferedImage sheet = new BufferedImage(Panel.WIDTH, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = sheet.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, Panel.WIDTH, height);
    int[] begins = charts.stream().mapToInt(ResultSheet::timeAxisBegin).toArray();
    int begin = Arrays.stream(begins).max().orElseThrow();
    for (int row = 0; row < begins.length; row++) {
      // The narrower its labels, the farther right: the panels' time axes are above each other.
      int shift = begin - begins[row];
      Graphics2D place = (Graphics2D) graphics.create();
      place.translate(shift, row * Panel.HEIGHT);
      charts.get(row).paint(place, Panel.WIDTH - shift, Panel.HEIGHT);
      place.dispose();
    }
    graphics.dispose();
    return sheet;
  }

  /** Where the chart has time 0, from its left edge; known only once it is drawn. */
  private static int timeAxisBegin(XYChart chart) {
    BitmapEncoder.getBufferedImage(chart);
    return (int) Math.round(chart.getScreenXFromChart(0));
  }

  private static List<XYChart> charts(ReplayResult result) {
    Measured measured = result.measured();
    return List.of(
        load(measured, result),
        latency(measured, result.load().latencyTarget().toNanos() / 1e9),
        students(measured),
        refusals(measured),
        accuracy(measured));
  }

  private static XYChart load(Measured measured, ReplayResult result) {
    double width = measured.slotSeconds();
    return new Panel(measured, "requests/s")
        .title(ResultTable.title(result))
        .filled("offered", figures -> figures.offered() / width)
        .line("answered", figures -> figures.answered() / width)
        .line("answered in time", figures -> figures.inTime() / width)
        .fromZero()
        .chart();
  }

  private static XYChart latency(Measured measured, double target) {
    return new Panel(measured, "latency, ms")
        .line("p50", figures -> figures.latency().p50() * 1e3)
        .line("p99", figures -> figures.latency().p99() * 1e3)
        .level("target", target * 1e3)
        .logarithmic()
        .chart();
  }

  private static XYChart students(Measured measured) {
    Panel panel =
        new Panel(measured, "students").line("mean students of an answer", Figures::meanStudents);
    return panel.upTo(Math.max(1, measured.studentsTotal()) * 1.1).chart();
  }

  private static XYChart refusals(Measured measured) {
    double width = measured.slotSeconds();
    Panel panel = new Panel(measured, "refused/s");
    for (String code : codes(measured)) {
      panel.line(code, count(code, width));
    }
    return panel.fromZero().chart();
  }

  private static XYChart accuracy(Measured measured) {
    return new Panel(measured, "accuracy")
        .line("right labels", Figures::accuracy)
        .upTo(1.05)
        .timeTitle()
        .chart();
  }

  private static SortedSet<String> codes(Measured measured) {
    SortedSet<String> codes = new TreeSet<>(measured.total().refused().keySet());
    codes.addAll(measured.total().notSent().keySet());
    return codes;
  }

  private static ToDoubleFunction<Figures> count(String code, double width) {
    return figures ->
        (figures.refused().getOrDefault(code, 0L) + figures.notSent().getOrDefault(code, 0L))
            / width;
  }
}
