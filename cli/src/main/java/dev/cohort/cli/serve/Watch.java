package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Console;
import dev.cohort.cli.Target;
import dev.cohort.protocol.burst.v1.WatchResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits until a fleet is ready, then shows its state and starts again what dies: a picture in place
 * on a terminal, a line for each model now and then elsewhere. One thread.
 */
final class Watch {
  private static final Duration TERMINAL_PERIOD = Duration.ofMillis(500);
  private static final Duration LOG_PERIOD = Duration.ofSeconds(10);

  private final Fleet fleet;
  private final ReadyProbe probe;
  private final Console console;
  private final LiveView view;
  private final Screen screen;
  private boolean told;

  Watch(Fleet fleet, ReadyProbe probe, Console console, LiveView view) {
    this.fleet = fleet;
    this.probe = probe;
    this.console = console;
    this.view = view;
    this.screen = new Screen(console.out());
  }

  /**
   * Returns only when the fleet has been closed.
   *
   * @param watched whose state is shown; nobody's when empty
   * @throws CommandException when a process ends before all are ready, or ends too often
   */
  void run(String readyLine, Optional<Target> watched) throws InterruptedException {
    fleet.awaitReady(probe::ready);
    console.out().println(readyLine);
    if (watched.isEmpty()) {
      keepAlive(() -> {});
      return;
    }
    try (SignalClient signals = SignalClient.watch(watched.orElseThrow())) {
      keepAlive(() -> show(signals));
    }
  }

  private void keepAlive(Runnable show) throws InterruptedException {
    Duration period = console.terminal() ? TERMINAL_PERIOD : LOG_PERIOD;
    while (!fleet.isClosed()) {
      Optional<Service> dead = fleet.awaitDeath(period);
      if (dead.isPresent()) {
        revive(dead.get());
      } else {
        show.run();
      }
    }
  }

  private void show(SignalClient signals) {
    Optional<WatchResponse> state = signals.latest();
    if (state.isPresent()) {
      told = false;
      show(state.orElseThrow());
    } else if (console.terminal()) {
      screen.clear();
    }
    signals.problem().ifPresent(this::tell);
  }

  private void show(WatchResponse state) {
    if (console.terminal()) {
      screen.draw(view.picture(state));
    } else {
      view.log(state).forEach(console.out()::println);
    }
  }

  private void tell(String problem) {
    if (!told) {
      told = true;
      remark("no live figures: " + problem);
    }
  }

  private void revive(Service dead) throws InterruptedException {
    if (fleet.isClosed()) {
      return;
    }
    fleet.restart(dead, System.nanoTime());
    remark(dead.name() + " ended unexpectedly and was started again");
  }

  private void remark(String text) {
    if (console.terminal()) {
      screen.clear();
    }
    console.err().println(text);
  }
}
