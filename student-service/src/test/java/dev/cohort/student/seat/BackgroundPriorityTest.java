package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The kernel's view: priorities of single threads. */
@EnabledOnOs(OS.LINUX)
class BackgroundPriorityTest {
  /** Of the fields after the name, which ends with the last parenthesis, the 17th. */
  private static final int NICE_FIELD = 16;

  private static int nice() {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE_FIELD]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void lowersTheCallingThreadAndNoOther() throws Exception {
    int before = nice();
    CompletableFuture<Integer> lowered = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              assertTrue(BackgroundPriority.take());
              lowered.complete(nice());
            });
    assertEquals(19, lowered.get(60, TimeUnit.SECONDS));
    assertEquals(before, nice());
  }
}
