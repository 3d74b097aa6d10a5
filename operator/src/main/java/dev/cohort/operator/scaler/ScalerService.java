package dev.cohort.operator.scaler;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.protocol.externalscaler.ExternalScalerGrpc;
import dev.cohort.protocol.externalscaler.GetMetricSpecResponse;
import dev.cohort.protocol.externalscaler.GetMetricsRequest;
import dev.cohort.protocol.externalscaler.GetMetricsResponse;
import dev.cohort.protocol.externalscaler.IsActiveResponse;
import dev.cohort.protocol.externalscaler.MetricSpec;
import dev.cohort.protocol.externalscaler.MetricValue;
import dev.cohort.protocol.externalscaler.ScaledObjectRef;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * KEDA's external scaler: one metric, the number of seats that the load asks for, with the target 1
 * for each replica, so that the autoscaler comes to that very number. Thread-safe; nothing blocks.
 */
public final class ScalerService extends ExternalScalerGrpc.ExternalScalerImplBase {
  /** Name of the metric. */
  public static final String METRIC = "seats";

  /**
   * A stream for each ScaledObject, and for some of those that come again before they have gone.
   */
  static final int MOST_STREAMS = 1024;

  private final Function<ResourceID, Optional<StudentEnsemble>> ensembles;
  private final WantedSeats wanted;
  private final Semaphore streams = new Semaphore(MOST_STREAMS);

  /**
   * A service.
   *
   * @param ensembles those that this operator serves
   * @param wanted what was decided
   */
  public ScalerService(
      Function<ResourceID, Optional<StudentEnsemble>> ensembles, WantedSeats wanted) {
    this.ensembles = ensembles;
    this.wanted = wanted;
  }

  @Override
  public void isActive(ScaledObjectRef reference, StreamObserver<IsActiveResponse> responses) {
    answer(
        responses,
        () -> {
          seats(asked(reference));
          return active();
        });
  }

  @Override
  public void getMetricSpec(
      ScaledObjectRef reference, StreamObserver<GetMetricSpecResponse> responses) {
    answer(
        responses,
        () -> {
          Question.ensemble(reference);
          return GetMetricSpecResponse.newBuilder()
              .addMetricSpecs(
                  MetricSpec.newBuilder()
                      .setMetricName(METRIC)
                      .setTargetSize(1)
                      .setTargetSizeFloat(1))
              .build();
        });
  }

  @Override
  public void getMetrics(GetMetricsRequest request, StreamObserver<GetMetricsResponse> responses) {
    answer(
        responses,
        () -> {
          int seats = seats(asked(request.getScaledObjectRef()));
          checkMetric(request.getMetricName());
          return GetMetricsResponse.newBuilder()
              .addMetricValues(
                  MetricValue.newBuilder()
                      .setMetricName(METRIC)
                      .setMetricValue(seats)
                      .setMetricValueFloat(seats))
              .build();
        });
  }

  @Override
  public void streamIsActive(
      ScaledObjectRef reference, StreamObserver<IsActiveResponse> responses) {
    try {
      ResourceID ensemble = asked(reference);
      if (!streams.tryAcquire()) {
        throw Status.RESOURCE_EXHAUSTED
            .withDescription("there are %d streams; there may be no more".formatted(MOST_STREAMS))
            .asRuntimeException();
      }
      new Push(ensemble, (ServerCallStreamObserver<IsActiveResponse>) responses).begin();
    } catch (StatusRuntimeException e) {
      responses.onError(e);
    }
  }

  private static <A> void answer(StreamObserver<A> responses, Supplier<A> answer) {
    A found;
    try {
      found = answer.get();
    } catch (StatusRuntimeException e) {
      responses.onError(e);
      return;
    }
    responses.onNext(found);
    responses.onCompleted();
  }

  private ResourceID asked(ScaledObjectRef reference) {
    ResourceID ensemble = Question.ensemble(reference);
    Question.check(ensemble, ensembles);
    return ensemble;
  }

  private int seats(ResourceID ensemble) {
    return wanted
        .of(ensemble)
        .orElseThrow(
            () ->
                Status.UNAVAILABLE
                    .withDescription(
                        "nothing has been decided about StudentEnsemble %s for the last 10 s"
                            .formatted(ensemble.getName()))
                    .asRuntimeException());
  }

  private static void checkMetric(String name) {
    if (!name.equals(METRIC)) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "metricName is '%s'; allowed is %s"
                  .formatted(name.substring(0, Math.min(63, name.length())), METRIC))
          .asRuntimeException();
    }
  }

  private static IsActiveResponse active() {
    return IsActiveResponse.newBuilder().setResult(true).build();
  }

  /**
   * One stream. A client that is slow gets fewer messages: each says the same.
   *
   * <p>All below guarded by this.
   */
  private final class Push implements Runnable {
    private final ResourceID ensemble;
    private final ServerCallStreamObserver<IsActiveResponse> stream;
    private boolean waiting;
    private boolean ended;

    Push(ResourceID ensemble, ServerCallStreamObserver<IsActiveResponse> stream) {
      this.ensemble = ensemble;
      this.stream = stream;
    }

    void begin() {
      stream.setOnCancelHandler(this::end);
      stream.setOnReadyHandler(this::ready);
      wanted.watch(ensemble, this);
      run();
    }

    /** The number is another one, or is not known any more. */
    @Override
    public synchronized void run() {
      if (ended) {
        return;
      }
      try {
        Question.check(ensemble, ensembles);
      } catch (StatusRuntimeException e) {
        end();
        stream.onError(e);
        return;
      }
      waiting = wanted.of(ensemble).isPresent();
      ready();
    }

    private synchronized void ready() {
      if (waiting && !ended && stream.isReady()) {
        waiting = false;
        stream.onNext(active());
      }
    }

    private synchronized void end() {
      if (!ended) {
        ended = true;
        wanted.unwatch(ensemble, this);
        streams.release();
      }
    }
  }
}
