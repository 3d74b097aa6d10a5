package dev.cohort.policy.scaling;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A run of {@link Simulation} as SVG: load and seats above, students in use below. */
final class ScalingPicture {
  private static final int LEFT = 50;
  private static final int WIDTH = 700;
  private static final int SEATS_BOTTOM = 220;
  private static final int SEATS_HEIGHT = 180;
  private static final int PREFIX_BOTTOM = 320;
  private static final int PREFIX_HEIGHT = 60;

  private final List<Simulation.Step> steps;
  private final int mostSeats;
  private final StringBuilder svg = new StringBuilder();

  private ScalingPicture(List<Simulation.Step> steps, int mostSeats) {
    this.steps = steps;
    this.mostSeats = mostSeats;
  }

  static String of(List<Simulation.Step> steps, int mostSeats) {
    return new ScalingPicture(steps, mostSeats).draw();
  }

  private String draw() {
    line("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"780\" height=\"375\"");
    line("     font-family=\"sans-serif\" font-size=\"12\">");
    line("<rect width=\"780\" height=\"375\" fill=\"white\"/>");
    grid();
    curve(thinned(), seats(step -> Math.min(mostSeats, step.load())), "#c9c9c9", 1);
    curve(steps, seats(Simulation.Step::ready), "#2b7bba", 2);
    curve(steps, seats(Simulation.Step::desired), "#d9542b", 1.5);
    curve(steps, students(), "#2b7bba", 2);
    legend(60, "#c9c9c9", "load, in seats");
    legend(200, "#d9542b", "seats asked for");
    legend(340, "#2b7bba", "seats ready");
    text(LEFT, PREFIX_BOTTOM - PREFIX_HEIGHT - 8, "start", "students in use");
    line("</svg>");
    return svg.toString();
  }

  private void grid() {
    for (int seats = 0; seats <= mostSeats; seats += 4) {
      rule(seatsY(seats), Integer.toString(seats));
    }
    for (int students = 1; students <= Simulation.STUDENTS; students += 3) {
      rule(studentsY(students), Integer.toString(students));
    }
    for (int seconds = 0; seconds <= length(); seconds += 60) {
      text(x(seconds), PREFIX_BOTTOM + 20, "middle", Integer.toString(seconds / 60));
    }
    text(LEFT + WIDTH / 2.0, PREFIX_BOTTOM + 42, "middle", "minutes");
  }

  private void rule(double y, String label) {
    line(
        "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#e8e8e8\"/>",
        LEFT, y, LEFT + WIDTH, y);
    text(LEFT - 8, y + 4, "end", label);
  }

  private void legend(int left, String colour, String label) {
    line("<rect x=\"%d\" y=\"14\" width=\"16\" height=\"4\" fill=\"%s\"/>", left, colour);
    text(left + 22, 20, "start", label);
  }

  private void text(double x, double y, String anchor, String text) {
    line("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, text);
  }

  /** Corners only where the curve is level. */
  private void curve(
      List<Simulation.Step> drawn,
      ToDoubleFunction<Simulation.Step> y,
      String colour,
      double width) {
    StringJoiner points = new StringJoiner(" ");
    for (int index = 0; index < drawn.size(); index++) {
      double height = y.applyAsDouble(drawn.get(index));
      boolean level =
          index > 0
              && index < drawn.size() - 1
              && height == y.applyAsDouble(drawn.get(index - 1))
              && height == y.applyAsDouble(drawn.get(index + 1));
      if (!level) {
        points.add(String.format(Locale.ROOT, "%.1f,%.1f", x(drawn.get(index).seconds()), height));
      }
    }
    line(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" points=\"%s\"/>",
        colour, width, points);
  }

  /** Every fourth step: the load changes in each, and nobody sees 1,800 points. */
  private List<Simulation.Step> thinned() {
    return IntStream.iterate(0, index -> index < steps.size(), index -> index + 4)
        .mapToObj(steps::get)
        .toList();
  }

  private ToDoubleFunction<Simulation.Step> seats(ToDoubleFunction<Simulation.Step> value) {
    return step -> seatsY(value.applyAsDouble(step));
  }

  private ToDoubleFunction<Simulation.Step> students() {
    return step -> studentsY(step.prefix());
  }

  private double x(double seconds) {
    return LEFT + WIDTH * seconds / length();
  }

  private double seatsY(double seats) {
    return SEATS_BOTTOM - SEATS_HEIGHT * seats / mostSeats;
  }

  private double studentsY(double students) {
    return PREFIX_BOTTOM - PREFIX_HEIGHT * students / Simulation.STUDENTS;
  }

  private double length() {
    return steps.getLast().seconds();
  }

  private void line(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
