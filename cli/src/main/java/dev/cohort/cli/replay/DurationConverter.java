package dev.cohort.cli.replay;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as people write them: {@code 90}, {@code 90s}, {@code 500ms}, {@code 1.5m}. */
public final class DurationConverter implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)?");
  private static final Map<String, Double> SECONDS =
      Map.of("ms", 1e-3, "s", 1.0, "m", 60.0, "h", 3600.0);

  @Override
  public Duration convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException(
          "'%s' is no duration; allowed are numbers with ms, s, m or h, such as 90s"
              .formatted(text));
    }
    double unit = SECONDS.get(form.group(2) == null ? "s" : form.group(2));
    return Duration.ofNanos(Math.round(Double.parseDouble(form.group(1)) * unit * 1e9));
  }
}
