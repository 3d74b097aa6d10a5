package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.Refusal.Reason;
import dev.cohort.student.SeatClient;
import dev.cohort.student.TestPackages;
import dev.cohort.student.engine.StudentEngine;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A seat in this process, its real engine, and clients over loopback. */
class SeatIT {
  private static final List<TokenRow> ROWS =
      List.of(TokenRow.of(2, 10, 11, 3), TokenRow.of(2, 3), TokenRow.of(2, 20, 21, 22, 23, 3));
  private static final MeterRegistry REGISTRY = new SimpleMeterRegistry();

  private static Seat shared;
  private static DescribeResponse described;

  private static Seat open(TestSettings settings) throws IOException {
    return Seat.open(settings.make(), new SimpleMeterRegistry());
  }

  /** Makes a seat ready and waits until it holds all that it will hold. */
  private static void load(Seat seat) throws InterruptedException {
    seat.load();
    assertTrue(seat.awaitStudents(Duration.ofSeconds(60)), "still loading");
  }

  @BeforeAll
  static void startSeat() throws Exception {
    shared = Seat.open(new TestSettings().shared(1).credits(4).make(), REGISTRY);
    load(shared);
    try (SeatClient client = new SeatClient(shared.port())) {
      described = client.describe();
    }
  }

  @AfterAll
  static void stopSeat() {
    shared.close();
  }

  @Test
  void publishesWhatBatchesCost() {
    assertTrue(described.hasCost());
    int cells = described.getCost().getRowsCount() * described.getCost().getLengthsCount();
    assertTrue(cells > 1);
    assertEquals(cells, described.getCost().getMicrosCount());
    assertTrue(described.getCost().getMicrosList().stream().allMatch(micros -> micros > 0));
  }

  @Test
  void describesItself() {
    assertEquals("tiny-package", described.getPackageName());
    assertTrue(described.getPackageDigest().startsWith("sha256:"));
    assertEquals(3, described.getStudentsTotal());
    assertEquals(List.of(0, 1, 2), described.getStudentsList());
    assertEquals(1, described.getHomeStudent());
    assertEquals(5, described.getOutputDimension());
    assertEquals(512, described.getLimits().getMaxRows());
    assertEquals(100_000, described.getLimits().getMaxTokens());
    assertEquals(512, described.getLimits().getMaxRowTokens());
    assertEquals(1, described.getLanes());
    assertEquals("ONNX Runtime 1.29.0", described.getEngine());
    assertEquals("fp32", described.getPrecision());
    assertTrue(described.getReady());
  }

  @Test
  void answersOneBlockForEachStudentEqualToTheEngines() throws Exception {
    Package opened = Package.open(TestPackages.tiny());
    try (SeatClient client = new SeatClient(shared.port());
        StudentEngine engine = StudentEngine.load(opened)) {
      SeatClient.Stream stream = client.open();
      ForwardResponse grant = stream.next();
      assertEquals(0, grant.getBatchId());
      assertTrue(grant.getCredits() >= 1);
      stream.send(SeatClient.batch(described, 7, 0, 3, ROWS));
      Map<Integer, ForwardResponse> blocks = new HashMap<>();
      int credits = 0;
      for (int i = 0; i < 3; i++) {
        ForwardResponse reply = stream.next();
        assertEquals(7, reply.getBatchId());
        assertTrue(reply.hasBlock(), reply.toString());
        blocks.put(reply.getBlock().getStudent(), reply);
        credits += reply.getCredits();
      }
      assertEquals(1, credits);
      PackedBatch batch = PackedBatch.of(ROWS, BatchRules.of(opened.manifest()));
      for (int student = 0; student < 3; student++) {
        ForwardResponse reply = blocks.get(student);
        assertEquals(3, reply.getBlock().getRows());
        assertTrue(reply.getBlock().getEngineMicros() > 0);
        assertArrayEquals(
            engine.forward(batch, student),
            SeatClient.floats(reply.getBlock().getContribution()),
            1e-6f);
      }
    }
  }

  @Test
  void halfClosedStreamsGetTheirAnswersAndThenEnd() throws Exception {
    try (SeatClient client = new SeatClient(shared.port())) {
      SeatClient.Stream stream = client.open();
      stream.next();
      stream.send(SeatClient.batch(described, 1, 1, 2, ROWS));
      stream.halfClose();
      assertEquals(1, stream.next().getBlock().getStudent());
      stream.awaitEnd();
    }
  }

  @Test
  void absentTokenTypesMeanZeros() throws Exception {
    try (SeatClient client = new SeatClient(shared.port())) {
      SeatClient.Stream stream = client.open();
      stream.next();
      ForwardRequest.Builder batch = SeatClient.batch(described, 1, 0, 1, ROWS);
      stream.send(batch);
      ByteString typed = stream.next().getBlock().getContribution();
      stream.send(batch.setBatchId(2).clearTokenTypeIds());
      assertArrayEquals(
          SeatClient.floats(typed), SeatClient.floats(stream.next().getBlock().getContribution()));
    }
  }

  /** What makes a batch wrong, the answer, and a part of its text. */
  private enum Wrong {
    DIGEST(Reason.WRONG_PACKAGE, "serves package sha256:", b -> b.setPackageDigest("sha256:00")),
    ID_ZERO(Reason.INVALID, "batch_id 0", b -> b.setBatchId(0)),
    EMPTY_RANGE(Reason.INVALID, "students 1..1", b -> b.setFirstStudent(1).setEndStudent(1)),
    RANGE_PAST_END(Reason.INVALID, "students 2..4", b -> b.setFirstStudent(2).setEndStudent(4)),
    RANGE_NEGATIVE(Reason.INVALID, "students 4294967295..3", b -> b.setFirstStudent(-1)),
    NO_ROWS(
        Reason.INVALID, "no rows", b -> b.clearInputIds().clearTokenTypeIds().clearRowLengths()),
    SUM(Reason.INVALID, "row_lengths sums to 2", b -> b.setRowLengths(ints(2))),
    ZERO_LENGTH(Reason.INVALID, "row_lengths[1] is 0", b -> b.setRowLengths(ints(12, 0))),
    RAGGED_BYTES(Reason.INVALID, "not a multiple of 4", b -> b.setInputIds(bytes(5))),
    TYPES(Reason.INVALID, "token_type_ids has 4 bytes", b -> b.setTokenTypeIds(ints(0))),
    VOCABULARY(Reason.INVALID, "input_ids[0] is 99999", b -> one(b).setInputIds(ints(99_999))),
    TYPE_RANGE(Reason.INVALID, "token_type_ids[0] is 2", b -> one(b).setTokenTypeIds(ints(2))),
    ROW_LENGTH(Reason.OVER_LIMIT, "513 tokens in row 0", b -> b.setRowLengths(ints(513))),
    ROWS_LIMIT(Reason.OVER_LIMIT, "513 rows", b -> b.setRowLengths(bytes(4 * 513))),
    TOKENS_LIMIT(Reason.OVER_LIMIT, "100001 tokens", b -> b.setInputIds(bytes(4 * 100_001)));

    private final Reason reason;
    private final String text;
    private final UnaryOperator<ForwardRequest.Builder> change;

    Wrong(Reason reason, String text, UnaryOperator<ForwardRequest.Builder> change) {
      this.reason = reason;
      this.text = text;
      this.change = change;
    }

    private static ForwardRequest.Builder one(ForwardRequest.Builder batch) {
      return batch.setRowLengths(ints(1)).setInputIds(ints(5)).clearTokenTypeIds();
    }

    private static ByteString ints(int... numbers) {
      return SeatClient.wire(IntStream.of(numbers));
    }

    private static ByteString bytes(int count) {
      return ByteString.copyFrom(new byte[count]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesAWrongBatchAndServesTheNext(Wrong wrong) throws Exception {
    try (SeatClient client = new SeatClient(shared.port())) {
      SeatClient.Stream stream = client.open();
      stream.next();
      stream.send(wrong.change.apply(SeatClient.batch(described, 1, 0, 3, ROWS)));
      ForwardResponse refused = stream.next();
      assertEquals(wrong.reason, refused.getRefusal().getReason(), refused.toString());
      assertTrue(
          refused.getRefusal().getMessage().contains(wrong.text),
          refused.getRefusal().getMessage());
      // More than the batch's own when the stream of an earlier test ended only now.
      assertTrue(refused.getCredits() >= 1, refused.toString());
      stream.send(SeatClient.batch(described, 2, 0, 1, ROWS));
      assertTrue(stream.next().hasBlock());
    }
    assertTrue(
        REGISTRY.get("cohort.seat.refusals").tag("reason", wrong.reason.name()).counter().count()
            >= 1);
  }

  @Test
  void refusesABatchIdInUseAndABatchWithoutACredit() throws Exception {
    try (Seat seat = open(new TestSettings().lanes(2));
        SeatClient client = new SeatClient(seat.port())) {
      load(seat);
      SeatClient.Stream stream = client.open();
      assertEquals(2, stream.next().getCredits());
      stream.send(longBatch(1, 1));
      stream.send(SeatClient.batch(described, 1, 0, 1, ROWS));
      ForwardResponse inUse = stream.next();
      assertEquals(Reason.INVALID, inUse.getRefusal().getReason());
      stream.send(longBatch(2, 1));
      stream.send(SeatClient.batch(described, 3, 0, 1, ROWS));
      ForwardResponse broke = stream.next();
      assertEquals(3, broke.getBatchId());
      assertEquals(Reason.NO_CREDIT, broke.getRefusal().getReason());
      assertEquals(0, broke.getCredits());
      assertEquals(Set.of(1L, 2L), Set.of(stream.next().getBatchId(), stream.next().getBatchId()));
    }
  }

  @Test
  void refusesABatchWhoseTimeIsOver() throws Exception {
    try (SeatClient client = new SeatClient(shared.port())) {
      SeatClient.Stream stream = client.open();
      stream.next();
      stream.send(longBatch(1, 1));
      stream.send(SeatClient.batch(described, 2, 0, 3, ROWS).setRemainingMicros(1));
      assertTrue(stream.next().hasBlock());
      ForwardResponse late = stream.next();
      assertEquals(2, late.getBatchId());
      assertEquals(Reason.DEADLINE, late.getRefusal().getReason());
      stream.send(SeatClient.batch(described, 3, 0, 1, ROWS).setRemainingMicros(-1L));
      assertTrue(stream.next().hasBlock());
    }
  }

  @Test
  void aCancelledStreamGivesItsCreditsToTheOthers() throws Exception {
    try (Seat seat = open(new TestSettings());
        SeatClient leaving = new SeatClient(seat.port());
        SeatClient client = new SeatClient(seat.port())) {
      load(seat);
      SeatClient.Stream left = leaving.open();
      assertEquals(2, left.next().getCredits());
      left.send(longBatch(1, 3));
      SeatClient.Stream stream = client.open();
      assertEquals(1, stream.next().getCredits());
      left.cancel();
      // Its share grows to both credits with the first answer after the other stream is gone.
      long id = 1;
      int held = 0;
      while (held < 2 && id < 10_000) {
        stream.send(SeatClient.batch(described, id++, 0, 1, ROWS));
        held = stream.next().getCredits();
      }
      assertEquals(2, held);
    }
  }

  @Test
  void refusesMoreStreamsThanItsLimit() throws Exception {
    try (Seat seat = open(new TestSettings().streams(1));
        SeatClient client = new SeatClient(seat.port())) {
      SeatClient.Stream first = client.open();
      first.next();
      ExecutionException refused =
          assertThrows(ExecutionException.class, () -> client.open().awaitEnd());
      assertEquals(
          Status.Code.RESOURCE_EXHAUSTED, Status.fromThrowable(refused.getCause()).getCode());
    }
  }

  @Test
  void aMessageOverTheBoundEndsItsStreamOnly() throws Exception {
    try (SeatClient client = new SeatClient(shared.port())) {
      SeatClient.Stream stream = client.open();
      stream.next();
      stream.send(
          ForwardRequest.newBuilder()
              .setBatchId(1)
              .setInputIds(ByteString.copyFrom(new byte[1 << 21])));
      assertThrows(ExecutionException.class, stream::awaitEnd);
      SeatClient.Stream next = client.open();
      next.next();
      next.send(SeatClient.batch(described, 1, 0, 1, ROWS));
      assertTrue(next.next().hasBlock());
    }
  }

  /** By itself gRPC answers UNKNOWN, as if the seat had failed. */
  @Test
  void bytesThatAreNoBatchEndTheirStreamOnly() throws Exception {
    try (SeatClient client = new SeatClient(shared.port())) {
      Status end = client.sendBytes(new byte[] {0x0a, 0x7f}).get(30, TimeUnit.SECONDS);
      assertEquals(Status.Code.INVALID_ARGUMENT, end.getCode());
      assertTrue(end.getDescription().contains("StudentService/Forward"), end::toString);
      SeatClient.Stream next = client.open();
      next.next();
      next.send(SeatClient.batch(described, 1, 0, 1, ROWS));
      assertTrue(next.next().hasBlock());
    }
  }

  @Test
  void warmsBeforeItServes() throws Exception {
    try (Seat seat = open(new TestSettings().dedicated(2));
        SeatClient client = new SeatClient(seat.port())) {
      DescribeResponse warming = client.describe();
      assertFalse(warming.getReady());
      assertEquals(List.of(), warming.getStudentsList());
      assertEquals(ServingStatus.NOT_SERVING, health(client, ""));
      SeatClient.Stream stream = client.open();
      stream.next();
      stream.send(SeatClient.batch(described, 1, 0, 1, ROWS));
      assertEquals(Reason.WARMING, stream.next().getRefusal().getReason());
      load(seat);
      assertEquals(ServingStatus.SERVING, health(client, ""));
      assertEquals(ServingStatus.SERVING, health(client, "cohort.student.v1.StudentService"));
      assertEquals(List.of(2), client.describe().getStudentsList());
      stream.send(SeatClient.batch(described, 2, 1, 3, ROWS));
      assertEquals(Reason.STUDENT_NOT_HELD, stream.next().getRefusal().getReason());
      stream.send(SeatClient.batch(described, 3, 2, 3, ROWS));
      assertEquals(2, stream.next().getBlock().getStudent());
    }
  }

  @Test
  void drainsWhatItAcceptedAndRefusesTheRest() throws Exception {
    int accepted = 12;
    Seat seat = open(new TestSettings().credits(accepted + 1).lanes(2));
    try (SeatClient client = new SeatClient(seat.port())) {
      load(seat);
      List<ServingStatus> seen = Collections.synchronizedList(new ArrayList<>());
      CompletableFuture<Void> notServing = watchUntilNotServing(client, seen);
      SeatClient.Stream stream = client.open();
      assertEquals(accepted + 1, stream.next().getCredits());
      for (int id = 1; id <= accepted; id++) {
        stream.send(longBatch(id, 3));
      }
      // The first answer: by then all have been accepted, for the stream keeps its order.
      Map<Long, Integer> blocks = new HashMap<>(Map.of(stream.next().getBatchId(), 1));
      CompletableFuture<Void> closed = CompletableFuture.runAsync(seat::close);
      notServing.get(20, TimeUnit.SECONDS);
      assertFalse(seat.isReady());
      stream.send(SeatClient.batch(described, 99, 0, 1, ROWS));
      Reason refused = null;
      for (int i = 0; i < 3 * accepted; i++) {
        ForwardResponse reply = stream.next();
        if (reply.hasBlock()) {
          blocks.merge(reply.getBatchId(), 1, Integer::sum);
        } else {
          assertEquals(99, reply.getBatchId());
          refused = reply.getRefusal().getReason();
        }
      }
      assertEquals(accepted, blocks.size());
      assertTrue(blocks.values().stream().allMatch(count -> count == 3), blocks.toString());
      assertEquals(Reason.DRAINING, refused);
      stream.awaitEnd();
      closed.get(20, TimeUnit.SECONDS);
      assertEquals(ServingStatus.NOT_SERVING, seen.getLast());
    }
  }

  @Test
  void servesReflectionInBothVersions() throws Exception {
    try (SeatClient client = new SeatClient(shared.port())) {
      CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> ask =
          ServerReflectionGrpc.newStub(client.channel())
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                      answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable cause) {
                      answer.completeExceptionally(cause);
                    }

                    @Override
                    public void onCompleted() {
                      answer.cancel(false);
                    }
                  });
      ask.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
      List<String> names =
          answer.get(10, TimeUnit.SECONDS).getListServicesResponse().getServiceList().stream()
              .map(service -> service.getName())
              .toList();
      ask.onCompleted();
      assertTrue(
          names.containsAll(
              List.of(
                  "cohort.student.v1.StudentService",
                  "grpc.health.v1.Health",
                  "grpc.reflection.v1.ServerReflection",
                  "grpc.reflection.v1alpha.ServerReflection")),
          names.toString());
    }
  }

  @Test
  void refusesToStartWithAWrongPackageOrHomeStudent() {
    TestSettings wrongHome = new TestSettings().shared(3);
    IllegalArgumentException home =
        assertThrows(IllegalArgumentException.class, () -> open(wrongHome));
    assertEquals("cohort.home-student is 3; the package has students 0 to 2", home.getMessage());
    TestSettings noPackage = new TestSettings().folder(TestPackages.folder("absent"));
    assertEquals(
        PackageException.Reason.MISSING_FILE,
        assertThrows(PackageException.class, () -> open(noPackage)).reason());
  }

  @Test
  void aTakenPortIsAnError() {
    assertThrows(IOException.class, () -> open(new TestSettings().port(shared.port())));
  }

  /** Runs long enough to be still running when the next message arrives. */
  private static ForwardRequest.Builder longBatch(long id, int students) {
    TokenRow longest = TokenRow.of(IntStream.range(0, 512).map(i -> 5 + i % 80).toArray());
    return SeatClient.batch(described, id, 0, students, Collections.nCopies(30, longest));
  }

  private static ServingStatus health(SeatClient client, String service) {
    return HealthGrpc.newBlockingStub(client.channel())
        .withDeadlineAfter(10, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  private static CompletableFuture<Void> watchUntilNotServing(
      SeatClient client, List<ServingStatus> seen) {
    Iterator<HealthCheckResponse> watch =
        HealthGrpc.newBlockingStub(client.channel()).watch(HealthCheckRequest.getDefaultInstance());
    seen.add(watch.next().getStatus());
    assertEquals(ServingStatus.SERVING, seen.getFirst());
    return CompletableFuture.runAsync(
        () -> {
          try {
            while (seen.getLast() == ServingStatus.SERVING && watch.hasNext()) {
              seen.add(watch.next().getStatus());
            }
          } catch (StatusRuntimeException e) {
            throw new IllegalStateException("the health watch broke off", e);
          }
        });
  }
}
