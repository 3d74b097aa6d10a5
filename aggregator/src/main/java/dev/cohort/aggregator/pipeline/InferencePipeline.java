package dev.cohort.aggregator.pipeline;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.dispatch.Contributions;
import dev.cohort.aggregator.dispatch.Dispatcher;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.aggregator.oip.InferCall;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * The way of a request: read, admit, tokenise, dispatch, gather, answer. Never blocks the caller.
 * Thread-safe.
 */
public final class InferencePipeline {
  private static final Logger LOG = Logger.getLogger(InferencePipeline.class);

  /** A text has at least this many times fewer tokens than are counted for the bounds. */
  private static final double ESTIMATE_EXCESS = 8;

  private final ModelCatalog models;
  private final Admission admission;
  private final Tokenizing tokenizing;
  private final Dispatcher dispatcher;
  private final Executor answerer;
  private final ServingMetrics metrics;
  private final Duration timeout;
  private final NanoClock clock;

  /**
   * A pipeline.
   *
   * @param tokenizers runs tokenisation; its queue must hold all that admission lets in
   * @param answerer runs sums and activations
   * @param timeout for requests that bring no deadline
   */
  public InferencePipeline(
      ModelCatalog models,
      Admission admission,
      Executor tokenizers,
      Dispatcher dispatcher,
      Executor answerer,
      ServingMetrics metrics,
      Duration timeout,
      NanoClock clock) {
    this.models = models;
    this.admission = admission;
    this.tokenizing = new Tokenizing(tokenizers);
    this.dispatcher = dispatcher;
    this.answerer = answerer;
    this.metrics = metrics;
    this.timeout = timeout;
    this.clock = clock;
  }

  /**
   * Answers a request. Cancelling the future takes its rows out of the queue.
   *
   * @param givenNanos time that the transport gives, if any; the request's own {@code timeout} and
   *     the default count too, the shortest wins, but the default only where nothing else is given
   * @return fails with {@link RefusedException} or, when cancelled, with a cancellation
   */
  public CompletableFuture<ModelInferResponse> infer(
      ModelInferRequest request, OptionalLong givenNanos) {
    long arrived = clock.nanoTime();
    CompletableFuture<ModelInferResponse> reply = new CompletableFuture<>();
    metrics.started();
    reply.whenComplete((response, failure) -> ended(request, response, failure, arrived));
    try {
      ServedModel model = models.find(request.getModelName(), request.getModelVersion());
      InferCall call = model.reader().read(request);
      long deadline = arrived + timeNanos(givenNanos, call.timeoutNanos());
      Admission.Ticket ticket = admit(model, call, request.getSerializedSize(), deadline);
      reply.whenComplete((response, failure) -> ticket.release());
      run(model, call, ticket, deadline, reply);
    } catch (RefusedException e) {
      reply.completeExceptionally(e);
    } catch (RuntimeException e) {
      fail(reply, e);
    }
    return reply;
  }

  private void run(
      ServedModel model,
      InferCall call,
      Admission.Ticket ticket,
      long deadline,
      CompletableFuture<ModelInferResponse> reply) {
    tokenizing
        .tokens(model, call.rows(), () -> !reply.isDone())
        .thenCompose(rows -> dispatch(model, call, rows, ticket, deadline, reply))
        .thenApplyAsync(contributions -> answer(model, call, contributions), answerer)
        .whenComplete(
            (response, failure) -> {
              if (failure == null) {
                reply.complete(response);
              } else {
                fail(reply, failure);
              }
            });
  }

  private ModelInferResponse answer(
      ServedModel model, InferCall call, Contributions contributions) {
    metrics.answered(model, contributions.used(), contributions.pruned(), contributions.degraded());
    return model.writer().write(call, Answering.answer(model, contributions));
  }

  private Admission.Ticket admit(ServedModel model, InferCall call, long size, long deadline) {
    long tokens = Tokenizing.estimate(model, call.rows());
    double left = (deadline - clock.nanoTime()) / 1000.0;
    double predicted = dispatcher.forecast(model).leastMicros(tokens / ESTIMATE_EXCESS);
    try {
      return admission.admit(tokens, size, left, predicted);
    } catch (RefusedException e) {
      metrics.refused(e.code().name().toLowerCase(Locale.ROOT));
      throw e;
    }
  }

  private CompletableFuture<Contributions> dispatch(
      ServedModel model,
      InferCall call,
      List<TokenRow> rows,
      Admission.Ticket ticket,
      long deadline,
      CompletableFuture<ModelInferResponse> reply) {
    ticket.counted(rows.stream().mapToLong(TokenRow::length).sum());
    CompletableFuture<Contributions> contributions =
        dispatcher.dispatch(model, rows, call.minStudents(), deadline, ticket::release);
    reply.whenComplete((response, failure) -> contributions.cancel(false));
    return contributions;
  }

  private long timeNanos(OptionalLong transport, OptionalLong parameter) {
    if (transport.isEmpty() && parameter.isEmpty()) {
      return timeout.toNanos();
    }
    // Far enough for anyone, and sums with a clock do not overflow.
    long longest = Long.MAX_VALUE / 4;
    return Math.min(longest, Math.min(transport.orElse(longest), parameter.orElse(longest)));
  }

  private void fail(CompletableFuture<ModelInferResponse> reply, Throwable failure) {
    RefusedException refused = RefusedException.of(failure);
    if (refused.code() == Status.Code.INTERNAL) {
      metrics.internalError();
      LOG.error("a request failed; this is a bug or a failing seat", failure);
    }
    reply.completeExceptionally(refused);
  }

  private void ended(
      ModelInferRequest request, ModelInferResponse response, Throwable failure, long arrived) {
    String name = request.getModelName();
    boolean known = models.holds(name);
    int rows =
        response == null || response.getOutputsCount() == 0
            ? 0
            : (int) response.getOutputs(0).getShape(0);
    metrics.ended(
        known ? name : ServingMetrics.UNKNOWN_MODEL,
        failure == null ? Status.Code.OK : RefusedException.of(failure).code(),
        rows,
        clock.nanoTime() - arrived);
  }
}
