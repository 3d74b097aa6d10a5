package dev.cohort.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.cli.CommandException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FleetIT {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Service STAYS = new Service("stays", List.of("sleep", "600"));

  @TempDir private Path logs;

  private static Service dies(String says) {
    return new Service("dies", List.of("sh", "-c", "echo " + says + "; exit 3"));
  }

  @Test
  void tellsWhichProcessEndedAndItsLastLines() throws InterruptedException {
    try (Fleet fleet = new Fleet(logs)) {
      Service dies = dies("no room left");
      fleet.start(STAYS);
      fleet.start(dies);
      assertEquals(Optional.of(dies), fleet.awaitDeath(LONG));
      String message = fleet.failure(dies).getMessage();
      assertTrue(message.contains("exit code 3"), message);
      assertTrue(message.contains("no room left"), message);
    }
  }

  @Test
  void findsNoDeathAmongTheLiving() throws InterruptedException {
    try (Fleet fleet = new Fleet(logs)) {
      fleet.start(STAYS);
      assertEquals(Optional.empty(), fleet.awaitDeath(Duration.ofMillis(10)));
    }
  }

  @Test
  void endsAllProcesses() throws InterruptedException {
    Fleet fleet = new Fleet(logs);
    Service second = new Service("second", List.of("sleep", "601"));
    fleet.start(STAYS);
    fleet.start(second);
    fleet.close();
    assertTrue(fleet.awaitDeath(LONG).isPresent());
    assertFalse(
        ProcessHandle.current().children().anyMatch(ProcessHandle::isAlive), "children are left");
  }

  @Test
  void givesUpWhenProcessesEndAgainAndAgain() {
    try (Fleet fleet = new Fleet(logs)) {
      Service dies = dies("again");
      fleet.start(dies);
      IntStream.range(0, 5).forEach(death -> fleet.restart(dies, death));
      assertThrows(CommandException.class, () -> restartDead(fleet, dies));
    }
  }

  private static void restartDead(Fleet fleet, Service service) throws InterruptedException {
    assertTrue(fleet.awaitDeath(LONG).isPresent());
    fleet.restart(service, 5);
  }

  @Test
  void startsAgainWhatSeldomEnds() {
    try (Fleet fleet = new Fleet(logs)) {
      long hour = Duration.ofHours(1).toNanos();
      IntStream.range(0, 20).forEach(death -> fleet.restart(STAYS, death * hour));
      assertFalse(fleet.isClosed());
    }
  }
}
