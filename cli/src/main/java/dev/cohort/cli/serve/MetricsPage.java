package dev.cohort.cli.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Samples of one page in Prometheus' text format. Immutable. */
public record MetricsPage(List<Sample> samples) {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})?\\s+(\\S+).*");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** A page without samples. */
  public static final MetricsPage EMPTY = new MetricsPage(List.of());

  /** One number of a metric. */
  public record Sample(String name, Map<String, String> labels, double value) {
    /** Whether a label has a value. */
    public boolean has(String label, String wanted) {
      return wanted.equals(labels.get(label));
    }
  }

  /** Reads a page; lines that are no samples are passed over. */
  public static MetricsPage parse(String text) {
    List<Sample> samples = new ArrayList<>();
    for (String line : text.split("\n")) {
      Matcher matcher = SAMPLE.matcher(line);
      if (!line.startsWith("#") && matcher.matches()) {
        samples.add(
            new Sample(matcher.group(1), labels(matcher.group(2)), number(matcher.group(3))));
      }
    }
    return new MetricsPage(List.copyOf(samples));
  }

  /** The samples of one metric. */
  public Stream<Sample> of(String name) {
    return samples.stream().filter(sample -> sample.name().equals(name));
  }

  /** Sum of those samples of a metric that are wanted; 0 without any. */
  public double sum(String name, Predicate<Sample> wanted) {
    return of(name).filter(wanted).mapToDouble(Sample::value).sum();
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new TreeMap<>();
    if (text != null) {
      Matcher matcher = LABEL.matcher(text);
      while (matcher.find()) {
        labels.put(matcher.group(1), matcher.group(2));
      }
    }
    return labels;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> parsed(text);
    };
  }

  private static double parsed(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
