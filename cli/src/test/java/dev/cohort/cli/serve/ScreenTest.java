package dev.cohort.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Screen screen = new Screen(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  private String written() {
    String text = bytes.toString(StandardCharsets.UTF_8).replace("\u001b", "ESC");
    bytes.reset();
    return text;
  }

  @Test
  void drawsInPlace() {
    screen.draw(List.of("a", "b"));
    assertEquals("ESC[?7la\nb\nESC[?7h", written());
    screen.draw(List.of("c"));
    assertEquals("ESC[2A\rESC[JESC[?7lc\nESC[?7h", written());
    screen.clear();
    assertEquals("ESC[1A\rESC[J", written());
    screen.clear();
    assertEquals("", written());
  }
}
