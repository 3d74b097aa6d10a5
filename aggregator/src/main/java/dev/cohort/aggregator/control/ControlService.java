package dev.cohort.aggregator.control;

import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.dispatch.Dispatcher;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.policy.PrefixPolicy;
import dev.cohort.protocol.control.v1.ControlGrpc;
import dev.cohort.protocol.control.v1.SetPrefixBoundsRequest;
import dev.cohort.protocol.control.v1.SetPrefixBoundsResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** Bounds of prefixes, set while the aggregator runs. Thread-safe; nothing blocks. */
public final class ControlService extends ControlGrpc.ControlImplBase {
  private final ModelCatalog models;
  private final Dispatcher dispatcher;

  /** A service that sets the bounds of what a dispatcher sends out. */
  public ControlService(ModelCatalog models, Dispatcher dispatcher) {
    this.models = models;
    this.dispatcher = dispatcher;
  }

  @Override
  public void setPrefixBounds(
      SetPrefixBoundsRequest request, StreamObserver<SetPrefixBoundsResponse> responses) {
    Optional<ServedModel> model = models.named(request.getModel());
    if (model.isEmpty()) {
      responses.onError(
          Status.NOT_FOUND
              .withDescription("model '%s' is not served".formatted(request.getModel()))
              .asRuntimeException());
      return;
    }
    Optional<String> fault = fault(request, model.get().studentsTotal());
    if (fault.isPresent()) {
      responses.onError(Status.INVALID_ARGUMENT.withDescription(fault.get()).asRuntimeException());
      return;
    }
    dispatcher
        .bound(model.get(), request.getPrefixMin(), request.getPrefixMax())
        .whenComplete((bounds, failure) -> answer(responses, bounds, failure));
  }

  private static Optional<String> fault(SetPrefixBoundsRequest request, int students) {
    int min = request.getPrefixMin();
    int max = request.getPrefixMax();
    if (min < 0 || min > students) {
      return Optional.of(allowed("prefix_min", min, students));
    }
    if (max < 0 || max > students) {
      return Optional.of(allowed("prefix_max", max, students));
    }
    return max > 0 && min > max
        ? Optional.of("prefix_min is %d, above prefix_max, which is %d".formatted(min, max))
        : Optional.empty();
  }

  private static String allowed(String field, int value, int students) {
    return "%s is %s; allowed are 0 to %d, the students of the package"
        .formatted(field, Integer.toUnsignedString(value), students);
  }

  private static void answer(
      StreamObserver<SetPrefixBoundsResponse> responses,
      PrefixPolicy.Bounds bounds,
      Throwable failure) {
    if (failure instanceof RefusedException refused) {
      responses.onError(
          Status.UNAVAILABLE.withDescription(refused.getMessage()).asRuntimeException());
      return;
    }
    responses.onNext(
        SetPrefixBoundsResponse.newBuilder()
            .setPrefixMin(bounds.min())
            .setPrefixMax(bounds.max())
            .build());
    responses.onCompleted();
  }
}
