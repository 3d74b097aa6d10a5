package dev.cohort.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.cli.replay.StandInServer;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code cohort replay} as a user gives it, against a real gRPC server in this process. */
final class ReplayIT {
  private static final List<String> FIGURES =
      List.of(
          "offered",
          "sent",
          "answered",
          "in_time",
          "refused",
          "not_sent",
          "latency_seconds",
          "students_mean",
          "students",
          "pruned",
          "degraded",
          "labelled",
          "correct",
          "accuracy");

  private record Outcome(int exitCode, String out, String err) {}

  @TempDir private Path folder;
  private StandInServer server;
  private Path texts;

  @BeforeEach
  void start() throws IOException {
    server = StandInServer.start(ReplayIT::infer);
    texts = Files.writeString(folder.resolve("texts.tsv"), "text\tlabel\ngood\tyes\nbusy\tno\n");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static void infer(
      ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
    String text = request.getInputs(0).getContents().getBytesContents(0).toStringUtf8();
    if (text.equals("busy")) {
      StandInServer.refuse(observer, Status.RESOURCE_EXHAUSTED);
    } else {
      StandInServer.answer(observer, "yes");
    }
  }

  private Outcome replay(String... arguments) {
    List<String> all = new ArrayList<>(List.of("replay"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--texts", texts.toString(), "--warm-up", "4"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int exitCode = Cohort.run(new Home(folder), console, all.toArray(String[]::new));
    return new Outcome(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private JsonNode result(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of(
            "--target",
            server.target().address(),
            "--model",
            StandInServer.MODEL,
            "--deadline",
            "20000",
            "--out",
            folder.resolve("out").toString()));
    Outcome outcome = replay(all.toArray(String[]::new));
    assertEquals(0, outcome.exitCode(), outcome.err());
    return new ObjectMapper().readTree(folder.resolve("out/replay.json").toFile());
  }

  private static List<String> keys(JsonNode object) {
    List<String> keys = new ArrayList<>();
    Iterator<String> names = object.fieldNames();
    names.forEachRemaining(keys::add);
    return keys;
  }

  @Test
  void writesTheDocumentedKeys() throws IOException {
    JsonNode result = result("spike", "--rate", "50", "--duration", "1s", "--seed", "3");
    assertEquals(
        List.of(
            "trace",
            "target",
            "model",
            "texts",
            "seed",
            "started_at",
            "length_seconds",
            "interrupted",
            "deadline_seconds",
            "latency_target_seconds",
            "max_in_flight",
            "planned",
            "students_total",
            "offered_per_second",
            "answered_per_second",
            "in_time_per_second",
            "send_lag_seconds",
            "total",
            "slot_seconds",
            "timeline"),
        keys(result));
    assertEquals(FIGURES, keys(result.get("total")));
    List<String> entry = new ArrayList<>(List.of("begin_seconds"));
    entry.addAll(FIGURES);
    assertEquals(entry, keys(result.get("timeline").get(1)));
    assertEquals(
        List.of("count", "mean", "p50", "p90", "p95", "p99", "p999", "max"),
        keys(result.at("/total/latency_seconds")));
  }

  @Test
  void countsEveryRequestOnce() throws IOException {
    JsonNode result = result("spike", "--rate", "100", "--peak", "5", "--duration", "1s");
    JsonNode total = result.get("total");
    assertEquals(140, result.get("planned").asInt());
    assertEquals(140, total.get("offered").asInt());
    assertEquals(
        140, total.get("answered").asInt() + total.at("/refused/RESOURCE_EXHAUSTED").asInt());
    assertTrue(total.get("answered").asInt() > 30, total.toString());
    assertEquals(total.get("answered"), total.get("correct"));
    assertEquals(1, total.get("accuracy").asDouble());
    assertEquals(2, total.get("students_mean").asDouble());
    assertEquals(4, result.get("students_total").asInt());
    int offered = 0;
    for (JsonNode slot : result.get("timeline")) {
      offered += slot.get("offered").asInt();
    }
    assertEquals(140, offered);
  }

  @Test
  void replaysATraceFileAtAnotherRate() throws IOException {
    Path trace =
        Files.writeString(folder.resolve("bins.csv"), "arrival_s,count\n0,10\n60,0\n120,20\n");
    JsonNode result = result(trace.toString(), "--rate", "60", "--no-labels");
    assertEquals("bins.csv", result.get("trace").asText());
    assertEquals(30, result.at("/total/offered").asInt());
    assertEquals(0.5, result.get("length_seconds").asDouble(), 1e-9);
    assertTrue(result.at("/total/accuracy").isNull());
  }

  @Test
  void drawsEachPanel() throws IOException {
    result("steady", "--rate", "50", "--duration", "1s");
    BufferedImage picture = ImageIO.read(folder.resolve("out/replay.png").toFile());
    int panels = 5;
    int height = picture.getHeight() / panels;
    for (int panel = 0; panel < panels; panel++) {
      long coloured = 0;
      for (int y = panel * height; y < (panel + 1) * height; y++) {
        for (int x = 0; x < picture.getWidth(); x++) {
          coloured += isColoured(picture.getRGB(x, y)) ? 1 : 0;
        }
      }
      assertTrue(coloured > 500, "panel %d has %d coloured points".formatted(panel, coloured));
    }
  }

  private static boolean isColoured(int rgb) {
    int red = rgb >> 16 & 0xff;
    int blue = rgb & 0xff;
    return Math.abs(red - blue) > 60;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nothing | TRACE is nothing; allowed are a file or one of steady, step, sawtooth, spike",
        "steady --rate 0 | --rate is 0.0; allowed are 0.001 to 100,000",
        "steady --peak 0.5 | --peak is 0.5; allowed are 1.0 to 1,000",
        "steady --rate NaN | --rate is NaN",
        "steady --duration 0 | --duration is 0.0 s; allowed are more than 0 to 86400 s",
        "steady --duration 5x | is no duration; allowed are numbers with ms, s, m or h",
        "steady --skip 5s | --skip cannot be used with a shape",
        "steady --deadline 0 | --deadline is 0; allowed are 1 to 600000",
        "steady --connections 65 | --connections is 65; allowed are 1 to 64",
        "steady --max-in-flight 0 | --max-in-flight is 0; allowed are 1 to 100000",
        "steady --target nowhere | --target is nowhere; allowed is HOST:PORT",
      })
  void wrongInputIsOneSentence(String command, String sentence) {
    Outcome outcome = replay(command.strip().split(" "));
    assertEquals(CommandException.INPUT, outcome.exitCode(), outcome.err());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().contains(sentence.strip()), outcome.err());
    assertEquals("", outcome.out());
  }

  @Test
  void anUnknownModelIsWrongInput() {
    Outcome outcome =
        replay(
            "steady",
            "--target",
            server.target().address(),
            "--model",
            "other",
            "--out",
            folder.resolve("out").toString());
    assertEquals(CommandException.INPUT, outcome.exitCode());
    assertTrue(outcome.err().contains("--model is other, which"), outcome.err());
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @Test
  void textsMustFitTheModel() throws IOException {
    Files.writeString(texts, "text_a\ttext_b\na\tb\n");
    Outcome outcome =
        replay("steady", "--target", server.target().address(), "--model", StandInServer.MODEL);
    assertEquals(CommandException.INPUT, outcome.exitCode());
    assertTrue(
        outcome.err().contains("takes [text]; the text file has [text_a, text_b]"), outcome.err());
  }

  @Test
  void anAbsentServerIsAFailure() {
    Outcome outcome = replay("steady", "--target", "127.0.0.1:1");
    assertEquals(CommandException.FAILURE, outcome.exitCode());
    assertTrue(outcome.err().startsWith("cohort: 127.0.0.1:1 cannot be reached"), outcome.err());
  }
}
