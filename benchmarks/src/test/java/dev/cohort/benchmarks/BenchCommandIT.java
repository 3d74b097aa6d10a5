package dev.cohort.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.cli.Console;
import dev.cohort.cli.Home;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as users give it, with real seats and aggregators. */
final class BenchCommandIT {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private static final Path TINY = Path.of("../packages/src/test/resources/tiny-package");

  @TempDir private Path folder;

  private int run(String... arguments) {
    Console console = new Console(stream(out), stream(err), false);
    return BenchCommand.run(new Home(Path.of("..").toAbsolutePath()), console, arguments);
  }

  private int run(String[] first, String... more) {
    return run(Stream.concat(Arrays.stream(first), Arrays.stream(more)).toArray(String[]::new));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @Test
  void measuresAndWritesRows() throws Exception {
    Path json = folder.resolve("rows.json");
    Path markdown = folder.resolve("rows.md");
    String small = "../packages/src/test/resources/tiny-package";
    int code =
        run(
            "fanout padding --quick --students".split(" "),
            small,
            "--out",
            json.toString(),
            "--markdown",
            markdown.toString());
    assertEquals(0, code, err::toString);
    JsonNode rows = new ObjectMapper().readTree(json.toFile());
    assertEquals(
        Set.of("fanout", "padding"),
        rows.valueStream()
            .map(row -> row.get("name").textValue().split("\\.")[0])
            .collect(Collectors.toSet()));
    String table = Files.readString(markdown);
    for (JsonNode row : rows) {
      // The slope over so short a time may have any sign.
      assertTrue(Double.isFinite(row.get("value").doubleValue()), row::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains(row.get("name").textValue()));
      assertTrue(table.contains("`" + row.get("name").textValue() + "`"), table);
    }
  }

  /** What a busy machine does not answer in time is no fault of a killed seat. */
  @Test
  void aKilledSeatCostsNoRequest() throws Exception {
    Path json = folder.resolve("rows.json");
    assertEquals(
        0,
        run("seat-kill", "--quick", "--students", TINY.toString(), "--out", json.toString()),
        err::toString);
    JsonNode failed = new ObjectMapper().readTree(json.toFile()).get(0);
    assertEquals("seat-kill.failed", failed.get("name").textValue());
    String detail = failed.get("detail").textValue();
    assertTrue(detail.contains("2 kills"), detail);
    assertFalse(detail.contains("UNAVAILABLE") || detail.contains("INTERNAL"), detail);
  }

  @Test
  void wrongRequestsGetTheRightCodes() throws Exception {
    Path json = folder.resolve("rows.json");
    assertEquals(0, run("fuzz", "--quick", "--seed", "3", "--out", json.toString()), err::toString);
    JsonNode rows = new ObjectMapper().readTree(json.toFile());
    for (int row = 0; row < 3; row++) {
      assertTrue(rows.get(row).get("holds").booleanValue(), () -> rows + "\n" + err);
    }
    assertTrue(rows.get(0).get("detail").textValue().contains("of 2,000"), rows::toString);
  }

  @Test
  void refusesAnUnknownName() {
    assertEquals(2, run("fanout", "no-such"), err::toString);
    assertTrue(
        err.toString(StandardCharsets.UTF_8).contains("there is no bench 'no-such'; there are"),
        err::toString);
  }

  @Test
  void saysWhatIsMissing() {
    assertEquals(2, run("--quick"));
    assertTrue(
        err.toString(StandardCharsets.UTF_8).contains("Missing required parameter: 'NAME'"),
        err::toString);
  }
}
