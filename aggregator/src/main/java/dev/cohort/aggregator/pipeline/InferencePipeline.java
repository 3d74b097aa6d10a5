package dev.cohort.aggregator.pipeline;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.dispatch.Contributions;
import dev.cohort.aggregator.dispatch.Dispatcher;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.aggregator.oip.InferCall;
import dev.cohort.observability.TraceSpan;
import dev.cohort.observability.Tracing;
import dev.cohort.packages.TokenRow;
import dev.cohort.policy.PriorityPolicy;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  /** Contributions of at most so many numbers are summed by the dispatch thread itself. */
  private static final long FEW_NUMBERS = 2048;

  private final ModelCatalog models;
  private final Admission admission;
  private final Tokenizing tokenizing;
  private final Dispatcher dispatcher;
  private final Executor answerer;
  private final ServingMetrics metrics;
  private final Tracing tracing;
  private final Duration timeout;
  private final NanoClock clock;

  /**
   * A pipeline.
   *
   * @param tokenizers runs tokenisation; its queue must hold all that admission lets in
   * @param answerer runs sums and activations that take a while
   * @param timeout for requests that bring no deadline
   */
  public InferencePipeline(
      ModelCatalog models,
      Admission admission,
      Executor tokenizers,
      Dispatcher dispatcher,
      Executor answerer,
      ServingMetrics metrics,
      Tracing tracing,
      Duration timeout,
      NanoClock clock) {
    this.models = models;
    this.admission = admission;
    this.tokenizing = new Tokenizing(tokenizers, clock);
    this.dispatcher = dispatcher;
    this.answerer = answerer;
    this.metrics = metrics;
    this.tracing = tracing;
    this.timeout = timeout;
    this.clock = clock;
  }

  /**
   * Answers a request. Cancelling the future takes its rows out of the queue.
   *
   * @param givenNanos time that the transport gives, if any; the request's own {@code timeout} and
   *     the default count too, the shortest wins, but the default only where nothing else is given
   * @param traceParent of the caller's span; empty: none
   * @return fails with {@link RefusedException} or, when cancelled, with a cancellation
   */
  public CompletableFuture<ModelInferResponse> infer(
      ModelInferRequest request, OptionalLong givenNanos, String traceParent) {
    Stages stages = new Stages(clock);
    TraceSpan trace = tracing.serve("infer", traceParent, stages.arrived());
    CompletableFuture<ModelInferResponse> reply = new CompletableFuture<>();
    metrics.started();
    reply.whenComplete((response, failure) -> ended(request, response, failure, stages, trace));
    try {
      ServedModel model = models.find(request.getModelName(), request.getModelVersion());
      InferCall call = model.reader().read(request);
      long deadline = stages.arrived() + timeNanos(givenNanos, call.timeoutNanos());
      metrics.arrived(model);
      trace.note("cohort.model", model.name());
      trace.note("cohort.rows", call.rows().count());
      Admission.Ticket ticket = admit(model, call, request.getSerializedSize(), deadline);
      stages.admitted();
      reply.whenComplete((response, failure) -> ticket.release());
      run(model, call, ticket, stages, trace, deadline, reply);
    } catch (RefusedException e) {
      reply.completeExceptionally(e);
    } catch (RuntimeException e) {
      fail(reply, e);
    }
    return reply;
  }

  /** Whether requests are traced; callers skip what only traces need. */
  public boolean isTraced() {
    return tracing.isOn();
  }

  private void run(
      ServedModel model,
      InferCall call,
      Admission.Ticket ticket,
      Stages stages,
      TraceSpan trace,
      long deadline,
      CompletableFuture<ModelInferResponse> reply) {
    tokenizing
        .tokens(model, call.rows(), () -> !reply.isDone())
        .thenCompose(
            tokens -> dispatch(model, call, tokens, ticket, stages, trace, deadline, reply))
        .whenComplete((contributions, failure) -> stages.gathered())
        .thenCompose(contributions -> answered(model, call, contributions))
        .whenComplete(
            (response, failure) -> {
              if (failure == null) {
                reply.complete(response);
              } else {
                fail(reply, failure);
              }
            });
  }

  // What is soon summed is not worth waking another thread.
  private CompletableFuture<ModelInferResponse> answered(
      ServedModel model, InferCall call, Contributions contributions) {
    return contributions.numbers() <= FEW_NUMBERS
        ? CompletableFuture.completedFuture(answer(model, call, contributions))
        : CompletableFuture.supplyAsync(() -> answer(model, call, contributions), answerer);
  }

  private ModelInferResponse answer(
      ServedModel model, InferCall call, Contributions contributions) {
    metrics.answered(
        model,
        contributions.used(),
        contributions.studentTokens(),
        contributions.pruned(),
        contributions.degraded());
    dispatcher
        .traffic(model)
        .answered(contributions.used().length, contributions.pruned(), contributions.degraded());
    return model.writer().write(call, Answering.answer(model, contributions));
  }

  private Admission.Ticket admit(ServedModel model, InferCall call, long size, long deadline) {
    long tokens = Tokenizing.estimate(model, call.rows());
    double left = (deadline - clock.nanoTime()) / 1000.0;
    // What is urgent does not wait for what is here; the queue looks closer.
    double predicted =
        call.priority() < PriorityPolicy.DEFAULT_LEVEL
            ? Double.NaN
            : dispatcher.forecast(model).micros(tokens / ESTIMATE_EXCESS);
    try {
      return admission.admit(tokens, size, left, predicted);
    } catch (RefusedException e) {
      if (e.code() != Status.Code.INVALID_ARGUMENT) {
        dispatcher.traffic(model).refused(call.rows().count());
      }
      metrics.refused(e.code());
      throw e;
    }
  }

  private CompletableFuture<Contributions> dispatch(
      ServedModel model,
      InferCall call,
      Tokenizing.Tokenized tokens,
      Admission.Ticket ticket,
      Stages stages,
      TraceSpan trace,
      long deadline,
      CompletableFuture<ModelInferResponse> reply) {
    stages.tokenized(tokens.nanos());
    List<TokenRow> rows = tokens.rows();
    ticket.counted(rows.stream().mapToLong(TokenRow::length).sum());
    Runnable whenSent =
        () -> {
          stages.sent();
          ticket.release();
        };
    CompletableFuture<Contributions> contributions =
        dispatcher.dispatch(
            model, rows, call.minStudents(), call.priority(), deadline, trace, whenSent);
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
      ModelInferRequest request,
      ModelInferResponse response,
      Throwable failure,
      Stages stages,
      TraceSpan trace) {
    long now = clock.nanoTime();
    long nanos = now - stages.arrived();
    if (trace.isOn()) {
      end(trace, failure, stages);
    }
    Optional<ServedModel> model = models.named(request.getModelName());
    if (model.isEmpty()) {
      metrics.endedUnknown(RefusedException.of(failure).code());
    } else if (failure == null) {
      metrics.answered(model.get(), rows(response), nanos, stages.times(now));
    } else {
      metrics.failed(model.get(), RefusedException.of(failure).code(), nanos);
    }
  }

  private static void end(TraceSpan trace, Throwable failure, Stages stages) {
    if (failure == null) {
      stages.trace(trace);
      trace.end();
    } else {
      RefusedException refused = RefusedException.of(failure);
      trace.fail(refused.code() + ": " + refused.getMessage());
    }
  }

  private static int rows(ModelInferResponse response) {
    return response.getOutputsCount() == 0 ? 0 : (int) response.getOutputs(0).getShape(0);
  }
}
