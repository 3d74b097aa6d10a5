package dev.cohort.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextFileTest {
  @TempDir private Path folder;

  private List<TextRow> read(String text) throws IOException {
    return TextFile.read(Files.writeString(folder.resolve("texts.tsv"), text));
  }

  @Test
  void readsTextsAndLabels() throws IOException {
    assertEquals(
        List.of(new TextRow("say \"hi\"", Optional.empty(), Optional.of("greeting"))),
        read("text\tlabel\nsay \"hi\"\tgreeting\n"));
  }

  @Test
  void labelsAreOptional() throws IOException {
    assertEquals(
        List.of(new TextRow("grüße", Optional.empty(), Optional.empty())), read("text\ngrüße"));
  }

  @Test
  void readsPairs() throws IOException {
    assertEquals(
        List.of(new TextRow("a", Optional.of("b"), Optional.of("1"))),
        read("text_a\ttext_b\tlabel\na\tb\t1\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text,label;a | line 2: 1 values; the header has 2",
        "text;a;b,c | line 3: 2 values; the header has 1",
        "words;a | line 1: the columns are [words]; 'text' is needed",
        "text_a;a | line 1: the columns are [text_a]; 'text' is needed",
        "text | has no rows",
      })
  void namesFileAndLine(String text, String message) {
    CommandException error =
        assertThrows(
            CommandException.class, () -> read(text.strip().replace(';', '\n').replace(',', '\t')));
    assertEquals(CommandException.INPUT, error.exitCode());
    assertTrue(error.getMessage().contains(message.strip()), error.getMessage());
    assertTrue(error.getMessage().contains("texts.tsv"), error.getMessage());
  }
}
