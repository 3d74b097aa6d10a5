package dev.cohort.aggregator.dispatch;

import com.google.protobuf.ByteString;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.protocol.student.v1.Block;
import dev.cohort.protocol.student.v1.CostTable;
import dev.cohort.protocol.student.v1.DescribeRequest;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.Limits;
import dev.cohort.protocol.student.v1.Refusal;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * A seat over real gRPC that does what a test tells it, right or wrong: for what a real seat does
 * only when it is broken. Its contribution of student k to a row of n tokens is {@code 100 k + n}
 * in every column.
 */
public final class ScriptedSeat extends StudentServiceGrpc.StudentServiceImplBase
    implements AutoCloseable {
  /** What the seat does with a batch. */
  @FunctionalInterface
  public interface Script {
    void run(ForwardRequest batch, StreamObserver<ForwardResponse> out);
  }

  private final ServedModel model;
  private final int home;
  private final int credits;
  private final Server server;
  private final SeatAddress address;
  private final List<ForwardRequest> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger openStreams = new AtomicInteger();
  private volatile StreamObserver<ForwardResponse> stream;
  private volatile Script script = this::answer;
  private volatile String digest;
  private volatile List<Integer> students;
  private volatile boolean loading;
  private volatile Optional<CostTable> cost = Optional.empty();
  private volatile Limits limits =
      Limits.newBuilder().setMaxRows(64).setMaxTokens(1000).setMaxRowTokens(100).build();

  public ScriptedSeat(ServedModel model, int home, int credits) throws IOException {
    this(model, home, credits, 0);
  }

  ScriptedSeat(ServedModel model, int home, int credits, int port) throws IOException {
    this(model, home, credits, "127.0.0.1", port);
  }

  /** A seat on any address of this machine. */
  public ScriptedSeat(ServedModel model, int home, int credits, String host, int port)
      throws IOException {
    this.model = model;
    this.home = home;
    this.credits = credits;
    this.digest = model.digest();
    this.students = IntStream.range(0, model.studentsTotal()).boxed().toList();
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
            .addService(this)
            .build()
            .start();
    this.address = new SeatAddress(host, server.getPort());
  }

  public ScriptedSeat script(Script next) {
    script = next;
    return this;
  }

  ScriptedSeat digest(String other) {
    digest = other;
    return this;
  }

  ScriptedSeat students(Integer... held) {
    students = List.of(held);
    return this;
  }

  ScriptedSeat loading(boolean more) {
    loading = more;
    return this;
  }

  ScriptedSeat limits(int rows, int tokens) {
    limits = limits.toBuilder().setMaxRows(rows).setMaxTokens(tokens).build();
    return this;
  }

  /** Says that a batch takes so long, in proportion to its tokens. */
  ScriptedSeat microsPerToken(double micros) {
    cost =
        Optional.of(
            CostTable.newBuilder()
                .addRows(1)
                .addRows(64)
                .addLengths(1)
                .addLengths(100)
                .addAllMicros(List.of(micros, 100 * micros, 64 * micros, 6400 * micros))
                .build());
    return this;
  }

  /** Gives a table that makes no sense. */
  ScriptedSeat brokenCost() {
    cost = Optional.of(CostTable.newBuilder().addRows(3).addLengths(0).addMicros(-1).build());
    return this;
  }

  public SeatAddress address() {
    return address;
  }

  /** Batches received so far. */
  public List<ForwardRequest> received() {
    return received;
  }

  /** Whether an aggregator has a stream open. */
  public boolean isConnected() {
    return openStreams.get() > 0;
  }

  /** Sends something nobody asked for. */
  public void send(ForwardResponse message) {
    stream.onNext(message);
  }

  /** The right answer. */
  public void answer(ForwardRequest batch, StreamObserver<ForwardResponse> out) {
    for (int student = batch.getFirstStudent(); student < batch.getEndStudent(); student++) {
      boolean last = student == batch.getEndStudent() - 1;
      out.onNext(block(batch, student).toBuilder().setCredits(last ? 1 : 0).build());
    }
  }

  /** The right block of one student, without credits. */
  ForwardResponse block(ForwardRequest batch, int student) {
    ByteBuffer lengths =
        batch.getRowLengths().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    int rows = lengths.remaining() / Integer.BYTES;
    int columns = model.outputDimension();
    ByteBuffer values =
        ByteBuffer.allocate(rows * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      float value = 100 * student + lengths.getInt();
      IntStream.range(0, columns).forEach(column -> values.putFloat(value));
    }
    return ForwardResponse.newBuilder()
        .setBatchId(batch.getBatchId())
        .setBlock(
            Block.newBuilder()
                .setStudent(student)
                .setRows(rows)
                .setContribution(ByteString.copyFrom(values.flip())))
        .build();
  }

  /** A refusal that gives the credit back. */
  static ForwardResponse refusal(ForwardRequest batch, Refusal.Reason reason) {
    return ForwardResponse.newBuilder()
        .setBatchId(batch.getBatchId())
        .setCredits(1)
        .setRefusal(Refusal.newBuilder().setReason(reason).setMessage("as the test says"))
        .build();
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeResponse> out) {
    DescribeResponse.Builder description = DescribeResponse.newBuilder();
    cost.ifPresent(description::setCost);
    out.onNext(
        description
            .setPackageName(model.name())
            .setPackageDigest(digest)
            .setStudentsTotal(model.studentsTotal())
            .addAllStudents(students)
            .setHomeStudent(home)
            .setOutputDimension(model.outputDimension())
            .setLimits(limits)
            .setLanes(1)
            .setReady(true)
            .setLoading(loading)
            .build());
    out.onCompleted();
  }

  @Override
  public StreamObserver<ForwardRequest> forward(StreamObserver<ForwardResponse> out) {
    stream = out;
    openStreams.incrementAndGet();
    out.onNext(ForwardResponse.newBuilder().setCredits(credits).build());
    return new StreamObserver<>() {
      @Override
      public void onNext(ForwardRequest batch) {
        received.add(batch);
        script.run(batch, out);
      }

      @Override
      public void onError(Throwable failure) {
        openStreams.decrementAndGet();
      }

      @Override
      public void onCompleted() {
        openStreams.decrementAndGet();
        out.onCompleted();
      }
    };
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
