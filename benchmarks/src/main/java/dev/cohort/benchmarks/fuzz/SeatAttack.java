package dev.cohort.benchmarks.fuzz;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import dev.cohort.protocol.student.v1.DescribeRequest;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.Refusal;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** A seat's {@code Forward} streams: batches with wrong fields, and bytes that are no batch. */
final class SeatAttack implements Attack {
  private static final long DEADLINE_SECONDS = 60;
  private static final int MOST_ROWS = 4;
  private static final int MOST_TOKENS = 24;
  private static final MethodDescriptor<byte[], ForwardResponse> METHOD =
      RawBytes.requests(StudentServiceGrpc.getForwardMethod());

  /** Of the sender's making; a failure of the engine is none. */
  private static final Set<Refusal.Reason> RIGHT_REFUSALS =
      EnumSet.of(
          Refusal.Reason.WRONG_PACKAGE,
          Refusal.Reason.STUDENT_NOT_HELD,
          Refusal.Reason.OVER_LIMIT,
          Refusal.Reason.INVALID,
          Refusal.Reason.DEADLINE);

  private final ManagedChannel channel;
  private final ModelRules rules;
  private final DescribeResponse seat;

  SeatAttack(ManagedChannel channel, ModelRules rules) {
    this.channel = channel;
    this.rules = rules;
    this.seat =
        StudentServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .describe(DescribeRequest.getDefaultInstance());
  }

  @Override
  public String name() {
    return "seat streams";
  }

  @Override
  public CompletableFuture<Verdict> next(RandomGenerator random) {
    ForwardRequest good = batch(random);
    byte[] sent =
        switch (random.nextInt(4)) {
          case 0 -> good.toByteArray();
          case 1 -> changed(good, random).toByteArray();
          case 2 -> BadBytes.change(changed(good, random).toByteArray(), random);
          default -> BadBytes.change(good.toByteArray(), random);
        };
    Stream stream = new Stream(sent, good);
    ClientCall<byte[], ForwardResponse> call =
        channel.newCall(
            METHOD, CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
    call.start(stream, new Metadata());
    call.sendMessage(sent);
    call.halfClose();
    call.request(Integer.MAX_VALUE);
    return stream.verdict;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private ForwardRequest batch(RandomGenerator random) {
    int[] lengths =
        random
            .ints(1 + random.nextInt(MOST_ROWS), 1, Math.min(MOST_TOKENS, rules.maxTokens()) + 1)
            .toArray();
    int tokens = java.util.Arrays.stream(lengths).sum();
    int first = random.nextInt(rules.students());
    return ForwardRequest.newBuilder()
        .setBatchId(1 + random.nextInt(1000))
        .setPackageDigest(seat.getPackageDigest())
        .setFirstStudent(first)
        .setEndStudent(first + 1 + random.nextInt(rules.students() - first))
        .setInputIds(wire(random.ints(tokens, 0, rules.vocabulary()).toArray()))
        .setRowLengths(wire(lengths))
        .build();
  }

  private ForwardRequest changed(ForwardRequest good, RandomGenerator random) {
    ForwardRequest.Builder batch = good.toBuilder();
    int odd =
        new int[] {-1, 0, 1, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE}[random.nextInt(6)];
    return switch (random.nextInt(9)) {
      case 0 -> batch.setBatchId(0).build();
      case 1 -> batch.setPackageDigest("sha256:" + "0".repeat(64)).build();
      case 2 -> batch.setFirstStudent(odd).build();
      case 3 -> batch.setEndStudent(odd).build();
      case 4 -> batch.setInputIds(wire(new int[] {odd})).build();
      case 5 -> batch.setRowLengths(wire(new int[] {odd, odd})).build();
      case 6 -> batch.setTokenTypeIds(wire(new int[] {odd})).build();
      case 7 -> batch.setRowLengths(ByteString.EMPTY).setInputIds(ByteString.EMPTY).build();
      default -> batch.setRemainingMicros(random.nextInt(3) - 1).build();
    };
  }

  private static ByteString wire(int[] numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(numbers);
    return ByteString.copyFrom(bytes);
  }

  /** One stream with one message. Its calls come one after the other. */
  private final class Stream extends ClientCall.Listener<ForwardResponse> {
    private final CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    private final Optional<ForwardRequest> sent;
    private final boolean unchanged;
    private final BitSet blocks = new BitSet();
    private Optional<Refusal> refusal = Optional.empty();
    private Optional<String> fault = Optional.empty();

    Stream(byte[] bytes, ForwardRequest good) {
      this.sent = parsed(bytes);
      this.unchanged = sent.filter(good::equals).isPresent();
    }

    @Override
    public void onMessage(ForwardResponse reply) {
      if (reply.hasRefusal()) {
        refusal = Optional.of(reply.getRefusal());
      } else if (reply.hasBlock()) {
        blocks.set(reply.getBlock().getStudent());
        long bytes = (long) reply.getBlock().getRows() * rules.columns() * Float.BYTES;
        if (reply.getBlock().getContribution().size() != bytes) {
          fault = Optional.of("a block of a wrong size");
        }
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      verdict.complete(judged(status));
    }

    private Verdict judged(Status status) {
      if (sent.isEmpty()) {
        return status.getCode() == Status.Code.INVALID_ARGUMENT
            ? Verdict.right("INVALID_ARGUMENT")
            : Verdict.wrong(status.getCode().name(), status + " for bytes that are no batch");
      }
      if (!status.isOk() || fault.isPresent()) {
        return Verdict.wrong(status.getCode().name(), fault.orElse(status.toString()));
      }
      if (refusal.isPresent()) {
        return refused(refusal.get());
      }
      ForwardRequest batch = sent.get();
      int wanted = batch.getEndStudent() - batch.getFirstStudent();
      return blocks.cardinality() == wanted
          ? Verdict.right("blocks")
          : Verdict.wrong(
              "blocks",
              "%s in place of %d blocks of %s"
                  .formatted(
                      blocks,
                      wanted,
                      TextFormat.printer().emittingSingleLine(true).printToString(batch)));
    }

    private Verdict refused(Refusal given) {
      String outcome = given.getReason().name();
      boolean right = !unchanged && RIGHT_REFUSALS.contains(given.getReason());
      return right ? Verdict.right(outcome) : Verdict.wrong(outcome, given.toString());
    }
  }

  private static Optional<ForwardRequest> parsed(byte[] bytes) {
    try {
      return Optional.of(ForwardRequest.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }
}
