package dev.cohort.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands as a user gives them, in this process, on the small package of {@code packages/}. */
final class CommandsIT {
  private static final String TINY = "../packages/src/test/resources/tiny-package";
  private static final String PAIR = "../packages/src/test/resources/tiny-pair";

  private record Outcome(int exitCode, String out, String err) {}

  private static Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console = new Console(stream(out), stream(err), false);
    int exitCode = Cohort.run(new Home(Path.of("")), console, arguments);
    return new Outcome(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @Test
  void inspectShowsMembersAndQuality() {
    Outcome outcome = run("inspect", TINY);
    assertEquals(0, outcome.exitCode(), outcome.err());
    for (String part : List.of("tiny-package, version 1", "student 2", "prefix 3", "teacher")) {
      assertTrue(outcome.out().contains(part), outcome.out());
    }
    assertEquals("", outcome.err());
  }

  @Test
  void inspectShowsWhatInt8Loses() {
    Outcome outcome = run("inspect", TINY + "-int8");
    assertEquals(0, outcome.exitCode(), outcome.err());
    for (String part : List.of("runs in   fp32, int8", "int8 3", "+0.00 points to fp32")) {
      assertTrue(outcome.out().contains(part), outcome.out());
    }
    assertTrue(run("inspect", TINY).out().contains("runs in   fp32\n"));
  }

  @Test
  void predictAnswersEachText() {
    Outcome outcome = run("predict", "--package", TINY, "--json", "hello there", "grüße 🙂");
    assertEquals(0, outcome.exitCode(), outcome.err());
    List<String> lines = outcome.out().lines().toList();
    assertEquals(2, lines.size());
    assertTrue(
        lines.get(0).matches("\\{\"text\":\"hello there\",\"label\":\"\\w+\".*"), lines.get(0));
    assertTrue(lines.get(1).contains("\"text\":\"grüße 🙂\""), lines.get(1));
    assertTrue(lines.get(1).endsWith("\"students_used\":3}"), lines.get(1));
  }

  /** One package of each kind that is not the plain one. */
  static Stream<Arguments> kinds() {
    String label = "\"label\":\"(no|maybe|yes|negative|positive)\",\"probability\":0\\.\\d+";
    return Stream.of(
        Arguments.of("tiny-pair", "classification, 3 labels", "a pair of texts", label),
        Arguments.of("tiny-regression", ": regression", "one text", "\"value\":-?\\d+\\.\\d+"),
        Arguments.of(
            "tiny-embedding",
            "embedding, 24 dimensions",
            "one text",
            "\"embedding\":\\[(-?[\\d.E-]+,?){24}\\]"),
        Arguments.of("tiny-roberta", "classification, 2 labels", "one text", label));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyKindIsInspectedAndAnswered(String name, String task, String rows, String answer) {
    String folder = TINY.replace("tiny-package", name);
    String report = run("inspect", folder).out();
    assertTrue(report.contains(task) && report.contains(rows), report);
    boolean pair = rows.startsWith("a pair");
    List<String> arguments = new ArrayList<>(List.of("predict", "--package", folder, "--json"));
    arguments.addAll(pair ? List.of("--pair", "hi\tyou") : List.of("hi"));
    Outcome outcome = run(arguments.toArray(String[]::new));
    assertEquals(0, outcome.exitCode(), outcome.err());
    String texts = pair ? "\"text_a\":\"hi\",\"text_b\":\"you\"" : "\"text\":\"hi\"";
    assertTrue(
        outcome.out().strip().matches("\\{" + texts + "," + answer + ",\"students_used\":\\d}"),
        outcome.out());
  }

  @Test
  void predictUsesAsManyStudentsAsAsked() {
    Outcome outcome = run("predict", "--package", TINY, "--json", "--students", "1", "hello");
    assertTrue(outcome.out().contains("\"students_used\":1}"), outcome.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "inspect /no/such/folder | there is no such package folder",
        "inspect | Missing required parameter",
        "predict --package " + TINY + " --students 4 x | --students is 4",
        "predict --package " + TINY + " --pair x | exactly one tab",
        "predict --package " + PAIR + " x | the package takes pairs (text_a, text_b)",
        "predict --target nowhere --model m x | --target is nowhere; allowed is HOST:PORT",
        "predict --target localhost:1 x | --target needs --model",
        "predict --package " + TINY + " --target localhost:1 --model m x | cannot be used with",
        "serve --seats 0 " + TINY + " | --seats is 0; allowed are 1 to 64",
        "serve --dedicated --seats 2 "
            + TINY
            + " | --seats is 2; --dedicated needs one for each of the 3",
        "serve --precision int8 " + TINY + " | package tiny-package has no int8 graphs; ./cohort",
        "serve --precision INT8 | is no precision; allowed are fp32, int8, auto",
        "serve --grpc-port 70000 | --grpc-port is 70000; allowed are 1 to 65535",
        "serve --http-port 8001 | must be three different ports",
        "serve --host no.such.host.invalid --plaintext --no-authentication | which is not a known host",
        "serve --host 0.0.0.0 --no-authentication | set --tls-certificate and --tls-key to PEM files, or --plaintext to",
        "serve --host 0.0.0.0 --plaintext | set --tokens to a file of tokens",
        "serve --host 0.0.0.0 --plaintext | or --no-authentication to let anybody call",
        "serve --tls-certificate x | --tls-certificate and --tls-key belong together",
        "serve --tokens /no/such/file | --tokens: /no/such/file does not exist",
        "predict --target h:1 --model m --tls-key x y | --tls-certificate and --tls-key belong",
        "predict --target h:1 --model m --tls-ca /no/such/file y | a file for TLS cannot be read",
        "token a:b | the name 'a:b' is not 1 to 64 of A-Z a-z 0-9 . _ -",
        "bake | Unmatched argument",
      })
  void wrongInputIsOneSentence(String command, String sentence) {
    Outcome outcome = run(command.strip().split(" "));
    assertEquals(CommandException.INPUT, outcome.exitCode());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    assertTrue(outcome.err().contains(sentence.strip()), outcome.err());
    assertEquals("", outcome.out());
  }

  @Test
  void aTokenIsShownOnceWithItsLine() {
    Outcome outcome = run("token", "alice");
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(
        outcome
            .out()
            .matches("token  cohort_[A-Za-z0-9_-]{43}\\R" + "line   alice:[0-9a-f]{64}\\R"),
        outcome.out());
  }

  @Test
  void anAbsentServerIsAFailure() {
    Outcome outcome = run("predict", "--target", "127.0.0.1:1", "--model", "m", "hello");
    assertEquals(CommandException.FAILURE, outcome.exitCode());
    assertTrue(outcome.err().startsWith("cohort: 127.0.0.1:1 answered UNAVAILABLE"), outcome.err());
  }
}
