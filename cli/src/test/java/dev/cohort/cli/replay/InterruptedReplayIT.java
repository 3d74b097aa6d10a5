package dev.cohort.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replay in a process of its own, which is told to end. */
final class InterruptedReplayIT {
  private static final int ENOUGH = 30;

  @TempDir private Path folder;

  private Process start(StandInServer server) throws IOException {
    Path texts = Files.writeString(folder.resolve("texts.tsv"), "text\nhello\n");
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classes,
            "dev.cohort.cli.Cohort",
            "replay",
            "steady",
            "--rate=100",
            "--duration=10m",
            "--warm-up=0",
            "--target=" + server.target(),
            "--model=" + StandInServer.MODEL,
            "--texts=" + texts,
            "--out=" + folder.resolve("out"))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("log").toFile())
        .start();
  }

  @Test
  void endsEarlyAndWritesWhatItHas() throws IOException, InterruptedException {
    CountDownLatch enough = new CountDownLatch(ENOUGH);
    try (StandInServer server =
        StandInServer.start(
            (request, out) -> {
              StandInServer.answer(out, "any");
              enough.countDown();
            })) {
      Process replay = start(server);
      try {
        assertTrue(enough.await(60, TimeUnit.SECONDS), () -> "too few requests: " + log());
        replay.destroy();
        assertTrue(replay.waitFor(60, TimeUnit.SECONDS), () -> "it goes on: " + log());
      } finally {
        replay.destroyForcibly();
      }
    }
    JsonNode result = new ObjectMapper().readTree(folder.resolve("out/replay.json").toFile());
    assertTrue(result.get("interrupted").asBoolean());
    assertTrue(result.at("/total/sent").asInt() >= ENOUGH, result.at("/total").toString());
    assertEquals(60_000, result.get("planned").asInt());
    assertTrue(Files.size(folder.resolve("out/replay.png")) > 1000);
    assertTrue(log().contains("(ended early)"), log());
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
