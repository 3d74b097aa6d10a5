package dev.cohort.cli.replay;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * One chart over a replay's time. Each slot is a step from its begin to its end; slots without a
 * value are gaps. All panels of one replay have the same time axis. For one thread.
 */
final class Panel {
  static final int WIDTH = 1300;
  static final int HEIGHT = 260;

  /** Distinct for people who confuse red and green (Okabe and Ito). */
  private static final List<Color> COLOURS =
      List.of(
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0x009E73),
          new Color(0xCC79A7),
          new Color(0xE69F00),
          new Color(0x56B4E9),
          new Color(0x000000));

  private static final Color GRID = new Color(0xE4E4E4);
  private static final Color SHADE = new Color(0xC8D3DE);

  private final XYChart chart;
  private final Measured measured;
  private double least = Double.POSITIVE_INFINITY;
  private double most = Double.NEGATIVE_INFINITY;
  private int lines;

  /**
   * An empty panel.
   *
   * @param unit name and unit of the upright axis
   */
  Panel(Measured measured, String unit) {
    this.measured = measured;
    this.chart = new XYChartBuilder().width(WIDTH).height(HEIGHT).yAxisTitle(unit).build();
    style(chart.getStyler());
  }

  /** Sets the title. */
  Panel title(String title) {
    chart.setTitle(title);
    chart.getStyler().setChartTitleVisible(true);
    return this;
  }

  /** Names the time axis. */
  Panel timeTitle() {
    chart.setXAxisTitle("seconds since the begin");
    return this;
  }

  /** Adds a line. */
  Panel line(String name, ToDoubleFunction<Figures> value) {
    add(name, value)
        .ifPresent(
            series ->
                series
                    .setXYSeriesRenderStyle(XYSeriesRenderStyle.Line)
                    .setLineColor(COLOURS.get(lines++ % COLOURS.size())));
    return this;
  }

  /** Adds a filled area, behind the lines that follow. */
  Panel filled(String name, ToDoubleFunction<Figures> value) {
    add(name, value)
        .ifPresent(
            series -> {
              series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Area);
              series.setFillColor(SHADE);
              series.setLineColor(SHADE.darker());
            });
    return this;
  }

  /** Adds a dashed line at one height. */
  Panel level(String name, double value) {
    see(value);
    XYSeries series = chart.addSeries(name, new double[] {0, end()}, new double[] {value, value});
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(Color.GRAY);
    series.setLineStyle(
        new BasicStroke(
            1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10, new float[] {8, 6}, 0));
    return this;
  }

  /** The upright axis begins at 0. */
  Panel fromZero() {
    return upTo(Math.max(most * 1.05, 1));
  }

  /** The upright axis goes from 0 to this. */
  Panel upTo(double top) {
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(top);
    // The library labels an axis only if its values differ, and not by the same step.
    double[] times = {0, end() / 2, end()};
    XYSeries range = chart.addSeries("range", times, new double[] {0, top / 3, top});
    range.setMarker(SeriesMarkers.NONE);
    range.setLineStyle(SeriesLines.NONE);
    range.setShowInLegend(false);
    return this;
  }

  /** The upright axis is logarithmic, over whole decades. */
  Panel logarithmic() {
    if (least > 0 && most < Double.POSITIVE_INFINITY) {
      double bottom = Math.pow(10, Math.floor(Math.log10(least)));
      double top = Math.pow(10, Math.ceil(Math.log10(most * 1.01)));
      chart.getStyler().setYAxisLogarithmic(true).setYAxisMin(bottom).setYAxisMax(top);
    }
    return this;
  }

  /** The finished chart. */
  XYChart chart() {
    if (chart.getSeriesMap().values().stream().noneMatch(XYSeries::isShowInLegend)) {
      level("none", 0);
    }
    return chart;
  }

  private Optional<XYSeries> add(String name, ToDoubleFunction<Figures> value) {
    double[] values = measured.timeline().stream().mapToDouble(value).toArray();
    Arrays.stream(values).filter(Double::isFinite).forEach(this::see);
    if (Arrays.stream(values).noneMatch(Double::isFinite)) {
      return Optional.empty();
    }
    double[] times = new double[2 * values.length];
    double[] heights = new double[2 * values.length];
    for (int slot = 0; slot < values.length; slot++) {
      times[2 * slot] = slot * measured.slotSeconds();
      times[2 * slot + 1] = Math.min(end(), (slot + 1) * measured.slotSeconds());
      Arrays.fill(heights, 2 * slot, 2 * slot + 2, values[slot]);
    }
    XYSeries series = chart.addSeries(name, times, heights);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineStyle(new BasicStroke(2));
    return Optional.of(series);
  }

  private void see(double value) {
    if (value > 0) {
      least = Math.min(least, value);
    }
    most = Math.max(most, value);
  }

  private double end() {
    return Math.max(measured.seconds(), 1e-3);
  }

  private void style(XYStyler styler) {
    styler.setChartTitleVisible(false);
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(1));
    styler.setPlotContentSize(1);
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(LegendLayout.Horizontal);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setYAxisDecimalPattern("#,##0.###");
    styler.setYAxisLabelAlignment(TextAlignment.Right);
    styler.setYAxisTickMarkSpacingHint(35);
    styler.setXAxisTickMarkSpacingHint(90);
    styler.setXAxisMin(0.0);
    styler.setXAxisMax(end());
    styler.setLocale(Locale.ROOT);
  }
}
