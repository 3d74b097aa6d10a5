package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.Refusal.Reason;
import dev.cohort.student.SeatClient;
import dev.cohort.student.TestPackages;
import dev.cohort.student.engine.Device;
import dev.cohort.student.engine.EngineException;
import dev.cohort.student.engine.EngineSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a seat loads, in which order, and what it remembers of an earlier start. */
class SeatStartIT {
  private static final List<TokenRow> ROW = List.of(TokenRow.of(2, 10, 11, 3));

  private final MeterRegistry registry = new SimpleMeterRegistry();

  @TempDir private Path folder;

  private Seat started(TestSettings settings) throws Exception {
    Seat seat = Seat.open(settings.make(), registry);
    seat.load();
    assertTrue(seat.isReady());
    assertTrue(seat.awaitStudents(Duration.ofSeconds(60)), "still loading");
    return seat;
  }

  private static DescribeResponse describe(Seat seat) {
    try (SeatClient client = new SeatClient(seat.port())) {
      return client.describe();
    }
  }

  private double loaded() {
    return registry.get("cohort.seat.students.loaded").gauge().value();
  }

  private static long bytesOfStudents(int count) throws IOException {
    Manifest manifest = Package.open(TestPackages.tiny()).manifest();
    long bytes = 0;
    for (int student = 0; student < count; student++) {
      bytes += MemoryBudget.bytes(manifest, student);
    }
    assertTrue(bytes > 0);
    return bytes;
  }

  @Test
  void saysThatItLoadsUntilItHasAllAndAnswersMeanwhile() throws Exception {
    try (Seat seat = Seat.open(new TestSettings().shared(1).make(), registry);
        SeatClient client = new SeatClient(seat.port())) {
      assertTrue(client.describe().getLoading());
      seat.load();
      SeatClient.Stream stream = client.open();
      stream.next();
      DescribeResponse ready = client.describe();
      assertTrue(ready.getReady());
      assertEquals(1, ready.getHomeStudent());
      assertTrue(ready.getStudentsList().contains(1), ready.toString());
      stream.send(SeatClient.batch(ready, 1, 1, 2, ROW));
      assertTrue(stream.next().hasBlock());
      assertTrue(seat.awaitStudents(Duration.ofSeconds(60)), "still loading");
      DescribeResponse whole = client.describe();
      assertFalse(whole.getLoading());
      assertEquals(List.of(0, 1, 2), whole.getStudentsList());
      stream.send(SeatClient.batch(ready, 2, 0, 1, ROW));
      assertTrue(stream.next().hasBlock());
    }
  }

  @Test
  void loadsAsManyStudentsAsTheMemoryBudgetHolds() throws Exception {
    try (Seat seat = started(new TestSettings().shared(2, bytesOfStudents(3) - 1));
        SeatClient client = new SeatClient(seat.port())) {
      DescribeResponse described = client.describe();
      assertEquals(List.of(0, 2), described.getStudentsList());
      assertFalse(described.getLoading());
      assertEquals(2, loaded());
      SeatClient.Stream stream = client.open();
      stream.next();
      stream.send(SeatClient.batch(described, 1, 0, 3, ROW));
      ForwardResponse refused = stream.next();
      assertEquals(Reason.STUDENT_NOT_HELD, refused.getRefusal().getReason());
      assertEquals(
          "this seat holds students [0, 2], not all of 0..2", refused.getRefusal().getMessage());
      stream.send(SeatClient.batch(described, 2, 2, 3, ROW));
      assertTrue(stream.next().hasBlock());
    }
  }

  @Test
  void refusesABudgetWithoutRoomForTheHomeStudent() throws Exception {
    long bytes = bytesOfStudents(1);
    TestSettings settings = new TestSettings().shared(0, bytes - 1);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Seat.open(settings.make(), registry));
    assertEquals(
        "cohort.memory-budget is %d bytes; student 0 alone takes %d".formatted(bytes - 1, bytes),
        refused.getMessage());
  }

  @Test
  void dedicatedSeatHoldsItsHomeStudentOnly() throws Exception {
    try (Seat seat = started(new TestSettings().dedicated(1))) {
      assertEquals(List.of(1), describe(seat).getStudentsList());
      assertFalse(describe(seat).getLoading());
      assertEquals(1, loaded());
    }
  }

  @Test
  void worksWithoutAStudentThatCannotBeLoaded() throws Exception {
    String change = "(\"contributions\":\\s*\\[\\s*\\[[^\\]]*\\],\\s*\\[)[^,]*,";
    TestPackages.changed(folder, text -> text.replaceFirst(change, "$13.5,"));
    try (Seat seat = started(new TestSettings().folder(folder))) {
      assertEquals(List.of(0, 2), describe(seat).getStudentsList());
      assertEquals(1, registry.get("cohort.seat.load.failures").counter().count());
      assertTrue(seat.isReady());
    }
  }

  @Test
  void closingWhileItLoadsEndsTheLoading() throws Exception {
    Seat seat = Seat.open(new TestSettings().make(), registry);
    seat.load();
    seat.close();
    assertTrue(seat.awaitStudents(Duration.ofSeconds(60)), "still loading");
    assertFalse(seat.isReady());
  }

  @Test
  void keepsWhatBatchesCostForTheNextStart() throws Exception {
    Path cache = folder.resolve("deeper").resolve("costs");
    DescribeResponse first;
    try (Seat seat = started(new TestSettings().dedicated(0).costCache(cache))) {
      first = describe(seat);
    }
    Path file = onlyFile(cache);
    String saved = Files.readString(file);
    try (Seat seat = started(new TestSettings().dedicated(0).costCache(cache))) {
      // Measured times differ from run to run in all their digits.
      assertEquals(first.getCost(), describe(seat).getCost());
    }
    assertEquals(saved, Files.readString(file));
    Files.writeString(file, saved.substring(0, saved.length() / 2));
    try (Seat seat = started(new TestSettings().dedicated(0).costCache(cache))) {
      assertNotEquals(first.getCost(), describe(seat).getCost());
    }
    assertEquals(file, onlyFile(cache));
    assertNotEquals(saved.substring(0, saved.length() / 2), Files.readString(file));
  }

  @ParameterizedTest
  @EnumSource(names = {"CUDA", "TENSORRT"})
  void refusesToStartWithoutTheGpuThatWasAskedFor(Device device) {
    EngineSettings gpu =
        new EngineSettings(device, 0, 1, OptionalLong.empty(), Optional.of(folder));
    TestSettings settings = new TestSettings().engine(gpu);
    EngineException refused =
        assertThrows(EngineException.class, () -> Seat.open(settings.make(), registry));
    String start = "cohort.device is %s, but ".formatted(device.name().toLowerCase());
    assertTrue(refused.getMessage().startsWith(start), refused.getMessage());
  }

  private static Path onlyFile(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertEquals(1, all.size(), all.toString());
      return all.getFirst();
    }
  }
}
