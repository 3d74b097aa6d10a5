package dev.cohort.student;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.Refusal.Reason;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged seat as a process of its own, ended by signals. */
class SeatProcessIT {
  private static final int SENT = 12;
  private static final int CREDITS = 100;
  private static final Duration START = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private Process process;
  private Path output;

  private void start(String... options) throws IOException {
    output = folder.resolve("output.txt");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    command.add("-Xmx256m");
    for (String option : options) {
      command.add("-Dcohort." + option);
    }
    command.addAll(List.of("-jar", Path.of("target", "quarkus-app", "quarkus-run.jar").toString()));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  private int exitStatus() throws Exception {
    assertTrue(process.waitFor(START.toSeconds(), TimeUnit.SECONDS), "still running");
    return process.exitValue();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static DescribeResponse awaitReady(SeatClient client) {
    long end = System.nanoTime() + START.toNanos();
    DescribeResponse seat = client.describe();
    while (!seat.getReady() && System.nanoTime() < end) {
      seat = client.describe();
    }
    assertTrue(seat.getReady());
    return seat;
  }

  @Test
  void answersWhatIsInFlightAfterSigtermAndExitsWithZero() throws Exception {
    int port = freePort();
    int metrics = freePort();
    start(
        "package=" + TestPackages.tiny(),
        "port=" + port,
        "metrics-port=" + metrics,
        "max-tokens=60000",
        "max-queue-time=60s",
        "drain-timeout=60s",
        "credits=" + CREDITS);
    try (SeatClient client = new SeatClient(port)) {
      DescribeResponse seat = awaitReady(client);
      assertEquals(200, get(metrics, "/health/ready").statusCode());
      SeatClient.Stream stream = client.open();
      assertEquals(CREDITS, stream.next().getCredits());
      TokenRow longest = TokenRow.of(IntStream.range(0, 512).map(i -> 5 + i % 80).toArray());
      List<TokenRow> rows = Collections.nCopies(30, longest);
      for (int id = 1; id <= SENT; id++) {
        stream.send(SeatClient.batch(seat, id, 0, 3, rows));
      }
      Map<Long, Integer> blocks = new HashMap<>();
      int open = SENT;
      boolean refused = false;
      long next = SENT + 1;
      while (open > 0 || !refused) {
        ForwardResponse reply = stream.next();
        boolean draining = reply.getRefusal().getReason() == Reason.DRAINING;
        if (reply.getBatchId() <= SENT) {
          assertTrue(reply.hasBlock() || draining, reply.toString());
          boolean last = draining || blocks.merge(reply.getBatchId(), 1, Integer::sum) == 3;
          open -= last ? 1 : 0;
        }
        if (next == SENT + 1) {
          assertTrue(get(metrics, "/metrics").body().contains("cohort_seat_engine_seconds_count"));
          process.destroy();
        }
        refused |= draining;
        if (!refused) {
          stream.send(SeatClient.batch(seat, next++, 0, 1, List.of(TokenRow.of(2, 3))));
        }
      }
      // What had been read was answered whole.
      assertEquals(3, blocks.get(1L));
      assertTrue(blocks.values().stream().allMatch(count -> count == 3), blocks.toString());
      stream.awaitEnd();
    }
    assertEquals(0, exitStatus());
  }

  @Test
  void exitsWithZeroAlsoWhileItLoads() throws Exception {
    int port = freePort();
    start("package=" + TestPackages.tiny(), "port=" + port, "metrics-port=" + freePort());
    try (SeatClient client = new SeatClient(port)) {
      client.describe();
    }
    process.destroy();
    assertEquals(0, exitStatus());
  }

  @Test
  void saysWhichFileOfADamagedPackageIsWrong() throws Exception {
    Path damaged = Files.createDirectory(folder.resolve("damaged"));
    TestPackages.changed(damaged, text -> text);
    byte[] weights = Files.readAllBytes(damaged.resolve("student-1.safetensors"));
    weights[weights.length / 2] ^= 1;
    Files.write(damaged.resolve("student-1.safetensors"), weights);
    start("package=" + damaged, "port=0", "metrics-port=" + freePort());
    assertEquals(1, exitStatus());
    String text = Files.readString(output);
    assertTrue(text.contains("package refused: student-1.safetensors: HASH: "), text);
    assertFalse(text.contains("Exception"), text);
  }

  /** What a seat of the tiny package with these options says before it ends with this status. */
  private String refusal(int status, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("package=" + TestPackages.tiny(), "metrics-port=" + freePort()));
    start(all.toArray(String[]::new));
    assertEquals(status, exitStatus());
    return Files.readString(output);
  }

  @Test
  void saysWhichKeyOfTheConfigurationIsWrong() throws Exception {
    String text = refusal(2, "lanes=0");
    assertTrue(text.contains("wrong configuration: cohort.lanes is 0; allowed are 1 to 256"), text);
  }

  @Test
  void saysThatTheGpuThatWasAskedForIsMissing() throws Exception {
    String text = refusal(1, "device=cuda");
    assertTrue(text.contains("the seat cannot start: cohort.device is cuda, but "), text);
    assertFalse(text.contains("listening"), text);
  }

  @Test
  void refusesToListenToOtherMachinesUnprotected() throws Exception {
    String text = refusal(2, "host=0.0.0.0");
    assertTrue(text.contains("wrong configuration: cohort.host is 0.0.0.0, which other"), text);
    assertTrue(text.contains("or cohort.tls.mode=plaintext to send everything in the"), text);
    assertTrue(text.contains("or cohort.auth.mode=none to let anybody call"), text);
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .timeout(Duration.ofSeconds(10))
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }
}
