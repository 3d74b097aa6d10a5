package dev.cohort.benchmarks.fuzz;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** {@code ModelInfer} with wrong fields, and with bytes that may be no request at all. */
final class GrpcAttack implements Attack {
  private static final long DEADLINE_SECONDS = 60;
  private static final MethodDescriptor<byte[], ModelInferResponse> METHOD =
      RawBytes.requests(GRPCInferenceServiceGrpc.getModelInferMethod());

  private final ManagedChannel channel;
  private final Requests requests;
  private final Oracle oracle;
  private final AnswerRules answers;
  private final boolean bytes;

  /**
   * @param bytes change the bytes too, not only the fields
   */
  GrpcAttack(ManagedChannel channel, ModelRules rules, boolean bytes) {
    this.channel = channel;
    this.requests = new Requests(rules);
    this.oracle = new Oracle(rules);
    this.answers = new AnswerRules(rules);
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return bytes ? "gRPC bytes" : "gRPC fields";
  }

  @Override
  public CompletableFuture<Verdict> next(RandomGenerator random) {
    byte[] message = requests.next(random).toByteArray();
    byte[] sent = bytes ? BadBytes.change(message, random) : message;
    CompletableFuture<Verdict> verdict = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        channel.newCall(
            METHOD, CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)),
        sent,
        new Answer(sent, verdict));
    return verdict;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private Set<Code> allowed(byte[] sent) {
    if (sent.length > ModelRules.MAX_MESSAGE_BYTES) {
      return Set.of(Code.RESOURCE_EXHAUSTED);
    }
    return parsed(sent).map(oracle::allowed).orElse(Set.of(Code.INVALID_ARGUMENT));
  }

  private static Optional<ModelInferRequest> parsed(byte[] sent) {
    try {
      return Optional.of(ModelInferRequest.parseFrom(sent));
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private Verdict judged(byte[] sent, Status status, Optional<ModelInferResponse> response) {
    Set<Code> allowed = allowed(sent);
    String outcome = status.getCode().name();
    if (!allowed.contains(status.getCode())) {
      return Verdict.wrong(
          outcome, "%s (%s) in place of %s".formatted(outcome, status.getDescription(), allowed));
    }
    Optional<String> fault =
        response.flatMap(answer -> answers.fault(parsed(sent).orElseThrow(), answer));
    return new Verdict(outcome, fault);
  }

  /** A unary call ends exactly once. */
  private final class Answer implements StreamObserver<ModelInferResponse> {
    private final byte[] sent;
    private final CompletableFuture<Verdict> verdict;
    // Written and read on the call's own thread only.
    private Optional<ModelInferResponse> response = Optional.empty();

    Answer(byte[] sent, CompletableFuture<Verdict> verdict) {
      this.sent = sent;
      this.verdict = verdict;
    }

    @Override
    public void onNext(ModelInferResponse value) {
      response = Optional.of(value);
    }

    @Override
    public void onError(Throwable failure) {
      verdict.complete(judged(sent, Status.fromThrowable(failure), Optional.empty()));
    }

    @Override
    public void onCompleted() {
      verdict.complete(judged(sent, Status.OK, response));
    }
  }
}
