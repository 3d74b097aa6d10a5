package dev.cohort.cli.serve;

import dev.cohort.cli.Units;
import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.SeatSignals;
import dev.cohort.protocol.burst.v1.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The state of models and seats as lines for people, each of at most {@value #COLUMNS} characters.
 * Pure functions.
 */
final class LiveView {
  static final int COLUMNS = 80;

  /** A terminal has 24 rows; some stay for what was there before. */
  static final int LINES = 20;

  private static final int BAR = 10;
  private static final int NAME = 24;
  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String PLAIN = "\u001b[0m";

  private final boolean colours;

  /**
   * @param colours whether what needs attention is coloured
   */
  LiveView(boolean colours) {
    this.colours = colours;
  }

  /**
   * The picture of a state: two lines for each model, one for each seat, {@link #LINES} at most.
   */
  List<String> picture(WatchResponse state) {
    List<String> lines = new ArrayList<>();
    for (ModelSignals model : state.getModelsList()) {
      lines.add(coloured(colour(model), prefix(model) + "  " + load(model)));
      lines.add(cut("  " + queue(model) + "  " + refusals(model)));
    }
    for (SeatSignals seat : state.getSeatsList()) {
      lines.add(coloured(colour(seat), seat(seat)));
    }
    if (lines.size() <= LINES) {
      return List.copyOf(lines);
    }
    int left = lines.size() - LINES + 1;
    List<String> shown = new ArrayList<>(lines.subList(0, LINES - 1));
    shown.add("and %d more lines".formatted(left));
    return List.copyOf(shown);
  }

  /** The state as one line for each model, for logs: words and figures in a fixed order. */
  List<String> log(WatchResponse state) {
    return state.getModelsList().stream().map(model -> line(model, state)).toList();
  }

  private static String line(ModelSignals model, WatchResponse state) {
    List<SeatSignals> seats =
        state.getSeatsList().stream()
            .filter(seat -> seat.getModel().equals(model.getName()))
            .toList();
    long serving =
        seats.stream().filter(seat -> seat.getState() == SeatSignals.State.SERVING).count();
    return "%s: %s, %s, %s, %s, seats %d/%d"
        .formatted(
            model.getName(),
            students(model),
            load(model).strip().replaceAll(" {2,}", ", "),
            queue(model).replaceAll(" {2,}", ", "),
            refusals(model).replaceAll(" {2,}", ", "),
            serving,
            seats.size());
  }

  private static String prefix(ModelSignals model) {
    return "%-12s %s %s"
        .formatted(
            shortened(model.getName(), 12),
            bar((double) model.getPrefix() / model.getStudentsTotal(), model.getStudentsTotal()),
            students(model));
  }

  private static String students(ModelSignals model) {
    String count = "students %d/%d".formatted(model.getPrefix(), model.getStudentsTotal());
    if (!model.getReady()) {
      return count + " not ready";
    }
    return model.getPrefix() < model.getStudentsTotal() ? count + " pruned" : count;
  }

  private static String load(ModelSignals model) {
    return String.format(
        Locale.ROOT,
        "%.1f requests/s  %.1f rows/s",
        model.getOffered().getRequestsPerSecond(),
        model.getOffered().getRowsPerSecond());
  }

  private static String queue(ModelSignals model) {
    return "queue %d  oldest %s  drain %s of %s"
        .formatted(
            model.getQueue().getRequests(),
            micros(model.getQueue().getOldestMicros()),
            model.hasDrainMicros() ? micros(model.getDrainMicros()) : "-",
            micros(model.getLatencyTargetMicros()));
  }

  private static String refusals(ModelSignals model) {
    return String.format(
        Locale.ROOT,
        "refused %.0f  degraded %.0f",
        model.getTotal().getRequestsRefused(),
        model.getTotal().getRowsDegraded());
  }

  private static String seat(SeatSignals seat) {
    String name = "  %-24s %-8s".formatted(shortened(seat.getAddress(), NAME), word(seat));
    if (seat.getState() == SeatSignals.State.DOWN) {
      return name;
    }
    return String.format(
        Locale.ROOT,
        "%s %s busy %3.0f %%  backlog %s",
        name,
        bar(seat.getBusyShare(), BAR),
        100 * seat.getBusyShare(),
        micros(seat.getBacklogMicros()));
  }

  private static String word(SeatSignals seat) {
    return switch (seat.getState()) {
      case SERVING -> seat.getSlow() ? "slow" : "serving";
      case DRAINING -> "draining";
      case DOWN, STATE_UNSPECIFIED, UNRECOGNIZED -> "down";
    };
  }

  private static String colour(ModelSignals model) {
    if (!model.getReady()) {
      return RED;
    }
    return model.getBurst() ? YELLOW : "";
  }

  private static String colour(SeatSignals seat) {
    return switch (seat.getState()) {
      case SERVING -> seat.getSlow() ? YELLOW : "";
      case DRAINING -> YELLOW;
      case DOWN, STATE_UNSPECIFIED, UNRECOGNIZED -> RED;
    };
  }

  private String coloured(String colour, String text) {
    return colours && !colour.isEmpty() ? colour + cut(text) + PLAIN : cut(text);
  }

  private static String bar(double share, int cells) {
    int width = Math.clamp(cells, 1, BAR);
    int full = Math.clamp(Math.round(share * width), 0, width);
    return "[" + "#".repeat(full) + "-".repeat(width - full) + "]";
  }

  private static String micros(double micros) {
    return Units.time(micros / 1e6);
  }

  private static String shortened(String text, int length) {
    return text.length() <= length ? text : "~" + text.substring(text.length() - length + 1);
  }

  private static String cut(String line) {
    return line.codePoints()
        .limit(COLUMNS)
        .mapToObj(Character::toString)
        .collect(Collectors.joining())
        .stripTrailing();
  }
}
