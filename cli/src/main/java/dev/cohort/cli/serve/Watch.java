package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Console;
import java.time.Duration;
import java.util.Optional;

/** Waits until a fleet is ready, then shows figures and starts again what dies. One thread. */
final class Watch {
  private static final Duration TERMINAL_PERIOD = Duration.ofSeconds(1);
  private static final Duration LOG_PERIOD = Duration.ofSeconds(10);

  /** Back to the line's begin, and the rest of the line cleared. */
  private static final String SAME_LINE = "\r\u001b[K";

  private final Fleet fleet;
  private final ReadyProbe probe;
  private final Console console;

  Watch(Fleet fleet, ReadyProbe probe, Console console) {
    this.fleet = fleet;
    this.probe = probe;
    this.console = console;
  }

  /**
   * Returns only when the fleet has been closed.
   *
   * @throws CommandException when a process ends before all are ready, or ends too often
   */
  void run(String readyLine) throws InterruptedException {
    fleet.awaitReady(probe::ready);
    console.out().println(readyLine);
    show();
  }

  private void show() throws InterruptedException {
    MetricsPage last = probe.metrics();
    long lastTime = System.nanoTime();
    Duration period = console.terminal() ? TERMINAL_PERIOD : LOG_PERIOD;
    while (!fleet.isClosed()) {
      Optional<Service> dead = fleet.awaitDeath(period);
      if (dead.isPresent()) {
        revive(dead.get());
        continue;
      }
      MetricsPage now = probe.metrics();
      long time = System.nanoTime();
      print(Figures.between(last, now, Duration.ofNanos(time - lastTime)));
      last = now;
      lastTime = time;
    }
  }

  private void print(Figures figures) {
    if (console.terminal()) {
      console.out().print(SAME_LINE + figures.line());
      console.out().flush();
    } else {
      console.out().println(figures.line());
    }
  }

  private void revive(Service dead) throws InterruptedException {
    if (fleet.isClosed()) {
      return;
    }
    fleet.restart(dead, System.nanoTime());
    console.err().printf("%n%s ended unexpectedly and was started again%n", dead.name());
  }
}
