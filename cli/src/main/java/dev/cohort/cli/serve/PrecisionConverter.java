package dev.cohort.cli.serve;

import dev.cohort.policy.PrecisionPolicy.Wanted;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads what {@code cohort.precision} takes: {@code fp32}, {@code int8} or {@code auto}. */
final class PrecisionConverter implements ITypeConverter<Wanted> {
  @Override
  public Wanted convert(String text) {
    return Arrays.stream(Wanted.values())
        .filter(wanted -> name(wanted).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'%s' is no precision; allowed are %s"
                        .formatted(
                            text,
                            Arrays.stream(Wanted.values())
                                .map(PrecisionConverter::name)
                                .collect(Collectors.joining(", ")))));
  }

  /** The text of a value. */
  static String name(Wanted wanted) {
    return wanted.name().toLowerCase(Locale.ROOT);
  }
}
