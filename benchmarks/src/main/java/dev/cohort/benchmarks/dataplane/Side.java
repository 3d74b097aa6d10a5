package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.load.ClosedLoop.Call;
import dev.cohort.benchmarks.load.InferCaller;
import dev.cohort.benchmarks.load.InferClient;
import dev.cohort.benchmarks.load.InferRequests;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.replay.Caller;
import dev.cohort.packages.PackageException;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.student.v1.DescribeRequest;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** One side of a comparison: a stage, and a client with connections to it. Thread-safe. */
final class Side implements AutoCloseable {
  /** For calls whose time does not matter. */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private static final int CONNECTIONS = 2;

  private final Stage stage;
  private final InferClient client;

  private Side(Stage stage) {
    this.stage = stage;
    this.client = new InferClient(stage.target(), CONNECTIONS);
  }

  /** Starts it; tells so under this name. */
  static Side start(BenchSettings settings, String name, StagePlan plan)
      throws PackageException, IOException, InterruptedException {
    settings.say("starting %s: %s on %d seats", name, plan.packageFolder(), plan.seats());
    return new Side(Stage.start(settings.home(), plan));
  }

  Stage stage() {
    return stage;
  }

  /** M. */
  int students() {
    return stage.manifest().studentsTotal();
  }

  /** Makes requests to its model. */
  InferRequests requests() {
    return new InferRequests(stage.manifest());
  }

  /** Sends these in turn, for a closed loop. */
  Call call(List<ModelInferRequest> requests) {
    return number -> client.call(requests.get(number % requests.size()), TIMEOUT);
  }

  /** Sends these as a replay says. */
  Caller caller(List<ModelInferRequest> requests) {
    return new InferCaller(client, requests);
  }

  /** What the seats compute in: {@code fp32} or {@code int8}. */
  String precision() {
    ManagedChannel channel =
        Grpc.newChannelBuilder(
                stage.seatAddresses().getFirst(), InsecureChannelCredentials.create())
            .build();
    try {
      return StudentServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(TIMEOUT)
          .describe(DescribeRequest.getDefaultInstance())
          .getPrecision();
    } finally {
      channel.shutdownNow();
    }
  }

  @Override
  public void close() {
    client.close();
    stage.close();
  }
}
