package dev.cohort.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.cli.Console;
import dev.cohort.cli.Home;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as users give it, with real seats and aggregators. */
final class BenchCommandIT {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path folder;

  private int run(String... arguments) {
    Console console = new Console(stream(out), stream(err), false);
    return BenchCommand.run(new Home(Path.of("..").toAbsolutePath()), console, arguments);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  @Test
  void measuresAndWritesRows() throws Exception {
    Path json = folder.resolve("rows.json");
    assertEquals(0, run("fanout", "--quick", "--out", json.toString()), err::toString);
    JsonNode rows = new ObjectMapper().readTree(json.toFile());
    assertTrue(rows.size() >= 3, rows::toString);
    for (JsonNode row : rows) {
      assertTrue(row.get("name").textValue().startsWith("fanout."), row::toString);
      assertTrue(row.get("value").doubleValue() > 0, row::toString);
      assertTrue(out.toString(StandardCharsets.UTF_8).contains(row.get("name").textValue()));
    }
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
