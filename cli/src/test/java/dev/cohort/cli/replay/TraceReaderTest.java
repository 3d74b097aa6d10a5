package dev.cohort.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.cli.CommandException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TraceReaderTest {
  @TempDir private Path folder;

  private Trace read(String text) throws IOException {
    return TraceReader.read(Files.writeString(folder.resolve("trace.csv"), text));
  }

  @Test
  void eachRowIsARequestWithoutACount() throws IOException {
    Trace trace = read("arrival_s,input_tokens\n10.0,7\n10.5,9\n10.5,3\n13.0,4\n");
    assertEquals(List.of(0.0, 0.5, 0.5, 3.0), trace.pieces().stream().map(Piece::start).toList());
    assertEquals(4, trace.requests());
    assertEquals(4, trace.seconds(), 1e-12);
    assertEquals(1, trace.meanRate(), 1e-12);
    assertEquals("trace.csv", trace.name());
  }

  @Test
  void eachRowIsABinWithACount() throws IOException {
    Trace trace = read("arrival_s,count\r\n0,2\r\n60,0\r\n180,4\r\n");
    assertEquals(
        List.of(Piece.even(0, 60, 2), Piece.even(60, 60, 0), Piece.even(180, 60, 4)),
        trace.pieces());
    assertEquals(240, trace.seconds());
    assertEquals(6 / 240.0, trace.meanRate());
  }

  @Test
  void binsOfTheSameArrivalAreAddedUp() throws IOException {
    Trace trace = read("arrival_s,function,count\n0,f1,2\n0,f2,3\n1,f1,1\n");
    assertEquals(List.of(Piece.even(0, 1, 5), Piece.even(1, 1, 1)), trace.pieces());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "time,count;0,1 | line 1: the header is 'time,count'; a trace's header begins with",
        "arrival_s;0;x | line 3: arrival_s is 'x', which is no number",
        "arrival_s;0;-1 | line 3: arrival_s is -1; allowed are numbers from 0",
        "arrival_s;NaN | line 2: arrival_s is NaN; allowed are numbers from 0",
        "arrival_s;5;4 | line 3: arrival_s is 4, before the row above, 5.0",
        "arrival_s;;1 | line 2: arrival_s is '', which is no number",
        "arrival_s,count;0,1;1 | line 3: '1' has 1 values; the header has 2",
        "arrival_s,count;0,1.5 | line 2: count is '1.5'; allowed are whole numbers from 0",
        "arrival_s,count;0,-1 | line 2: count is '-1'",
        "arrival_s,count;0,99999999999 | line 2: count is '99999999999'",
        "arrival_s,count;7,1 | bins need at least two different values of arrival_s",
        "arrival_s | the trace has no rows",
      })
  void namesFileLineAndValue(String text, String message) {
    CommandException error =
        assertThrows(CommandException.class, () -> read(text.strip().replace(';', '\n')));
    assertEquals(CommandException.INPUT, error.exitCode());
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
    assertTrue(error.getMessage().contains("trace.csv"), error.getMessage());
  }

  @Test
  void anEmptyFileHasNoHeader() {
    CommandException error = assertThrows(CommandException.class, () -> read(""));
    assertTrue(error.getMessage().contains("line 1: the header is ''"), error.getMessage());
  }

  @Test
  void refusesBytesThatAreNoText() throws IOException {
    Path file = folder.resolve("latin.csv");
    Files.write(file, "arrival_s\n0\né\n".getBytes(StandardCharsets.ISO_8859_1));
    CommandException error = assertThrows(CommandException.class, () -> TraceReader.read(file));
    assertTrue(error.getMessage().endsWith("the text is not UTF-8"), error.getMessage());
  }
}
