package dev.cohort.cli;

import java.util.Locale;

/** Figures as people read them. Stateless. */
public final class Units {
  private Units() {}

  /** A time in milliseconds or seconds; a dash for NaN. */
  public static String time(double seconds) {
    if (Double.isNaN(seconds)) {
      return "-";
    }
    if (seconds >= 10) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return seconds >= 0.1
        ? String.format(Locale.ROOT, "%.0f ms", seconds * 1e3)
        : String.format(Locale.ROOT, "%.2f ms", seconds * 1e3);
  }

  /** A share in percent. */
  public static String percent(long part, long whole) {
    return whole == 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }
}
