package dev.cohort.crds;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The reference page is what the definition says. With {@code -Dupdate} it is written. */
final class PageTest {
  private static final Path PAGE = Path.of("..", "docs", "reference", "studentensemble.md");

  @Test
  void isGenerated() throws IOException {
    String page = Page.of(Definition.generate());
    if (System.getProperty("update") != null) {
      Files.writeString(PAGE, page);
    }
    assertEquals(
        page,
        Files.readString(PAGE),
        "write it anew with: mvn verify -pl crds -Dtest=DefinitionTest,PageTest -Dupdate");
  }
}
