package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.policy.CostTable.Grid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostCacheTest {
  private static final Grid GRID =
      new Grid(
          List.of(1, 2), List.of(8, 16), List.of(List.of(1.5, 2.25), List.of(2.0, 3.1)), 0.125);
  private static final CostKey KEY =
      new CostKey("sha256:0", "engine 1", "fp32", "processor", 1, 1, 256, 8192, 512);

  @TempDir private Path folder;

  private static CostKey lanes(int lanes) {
    return new CostKey("sha256:0", "engine 1", "fp32", "processor", lanes, 1, 256, 8192, 512);
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findFirst().orElseThrow();
    }
  }

  @Test
  void readsWhatItWrote() {
    CostCache cache = new CostCache(folder);
    assertEquals(Optional.empty(), cache.read(KEY));
    cache.write(KEY, GRID);
    assertEquals(Optional.of(GRID), cache.read(KEY));
    assertEquals(Optional.of(GRID), new CostCache(folder).read(KEY));
  }

  @Test
  void keepsOneTableForEachKeyAndNothingElse() throws IOException {
    CostCache cache = new CostCache(folder);
    cache.write(KEY, GRID);
    cache.write(KEY, GRID);
    assertEquals(Optional.empty(), cache.read(lanes(2)));
    cache.write(lanes(2), GRID);
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = files.map(file -> file.getFileName().toString()).toList();
      assertEquals(2, names.size(), names.toString());
      assertTrue(names.stream().allMatch(name -> name.matches("cost-[0-9a-f]{32}\\.json")));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"schema\":1      | \"schema\":2",
        "sha256:0          | sha256:1",
        "1.5               | -1.5",
        "1.5               | 1e400",
        "\"rows\":[1,2]    | \"rows\":[2,1]",
        "\"rows\":[1,2]    | \"rows\":[1,2000]",
        "\"lengths\":[8,16]| \"lengths\":[8,1600]",
        "\"lengths\":[8,16]| \"lengths\":[]",
        "[1.5,2.25]        | [1.5]",
        "0.125             | -0.125",
        "0.125             | true",
        "\"cost\"          | \"costs\"",
        "{                 | [",
      })
  void aDamagedTableIsNotUsedAndCanBeReplaced(String from, String to) throws IOException {
    CostCache cache = new CostCache(folder);
    cache.write(KEY, GRID);
    String text = Files.readString(file());
    assertTrue(text.contains(from), text);
    Files.writeString(file(), text.replace(from, to));
    assertEquals(Optional.empty(), cache.read(KEY));
    cache.write(KEY, GRID);
    assertEquals(Optional.of(GRID), cache.read(KEY));
  }

  @Test
  void aHugeFileIsNotRead() throws IOException {
    CostCache cache = new CostCache(folder);
    cache.write(KEY, GRID);
    Files.writeString(file(), Files.readString(file()) + " ".repeat(1 << 17));
    assertEquals(Optional.empty(), cache.read(KEY));
  }

  @Test
  void aFolderThatCannotBeWrittenDoesNoHarm() throws IOException {
    Path occupied = Files.createFile(folder.resolve("file"));
    CostCache cache = new CostCache(occupied);
    cache.write(KEY, GRID);
    assertEquals(Optional.empty(), cache.read(KEY));
  }
}
