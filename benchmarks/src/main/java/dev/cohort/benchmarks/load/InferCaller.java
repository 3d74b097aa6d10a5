package dev.cohort.benchmarks.load;

import dev.cohort.cli.replay.Caller;
import dev.cohort.cli.replay.ReplyReader;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;

/** Lets a replay send any requests, in place of single texts. Thread-safe. */
public final class InferCaller implements Caller {
  private final InferClient client;
  private final List<ModelInferRequest> requests;

  /**
   * @param client stays the caller's, to be closed by it
   * @param requests one for each row of the replay's load
   */
  public InferCaller(InferClient client, List<ModelInferRequest> requests) {
    this.client = client;
    this.requests = List.copyOf(requests);
  }

  @Override
  public void call(int row, Duration timeout, Listener listener) {
    client
        .call(requests.get(row), timeout)
        .whenComplete((response, failure) -> tell(response, failure, listener));
  }

  private static void tell(ModelInferResponse response, Throwable failure, Listener listener) {
    if (failure != null) {
      listener.refused(Status.fromThrowable(failure).getCode().name());
      return;
    }
    ReplyReader.read(response)
        .ifPresentOrElse(listener::answered, () -> listener.refused("BAD_ANSWER"));
  }
}
