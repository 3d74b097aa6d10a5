package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.load.ClosedLoop.Call;
import dev.cohort.benchmarks.load.InferCaller;
import dev.cohort.benchmarks.load.InferClient;
import dev.cohort.benchmarks.load.InferRequests;
import dev.cohort.benchmarks.stage.Crew;
import dev.cohort.benchmarks.stage.OwnProcess;
import dev.cohort.cli.CommandException;
import dev.cohort.cli.Target;
import dev.cohort.cli.replay.Caller;
import dev.cohort.cli.serve.Ports;
import dev.cohort.cli.serve.Service;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.protocol.inference.ModelInferRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/** A {@link PaddedServer} in a process of its own, and a client of it. Thread-safe. */
final class PaddedTeacher implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final Crew crew;
  private final InferClient client;
  private final Manifest manifest;

  private PaddedTeacher(Crew crew, InferClient client, Manifest manifest) {
    this.crew = crew;
    this.client = client;
    this.manifest = manifest;
  }

  /** Starts it and returns when it answers. */
  static PaddedTeacher start(BenchSettings settings, int lanes) throws Exception {
    Manifest manifest = Package.open(settings.teacher()).manifest();
    int port = Ports.free(1).getFirst();
    Crew crew = new Crew();
    settings.say("starting the padded teacher: %s", settings.teacherGraph());
    Service service =
        OwnProcess.of(
            crew.folder(),
            "padded-teacher",
            PaddedServer.class,
            port,
            settings.teacherGraph(),
            settings.teacher(),
            lanes);
    crew.fleet().start(service);
    PaddedTeacher teacher =
        new PaddedTeacher(crew, new InferClient(new Target("127.0.0.1:" + port), 2), manifest);
    try {
      crew.fleet().awaitReady(teacher::answers);
      return teacher;
    } catch (CommandException | InterruptedException e) {
      crew.end();
      throw e;
    }
  }

  List<ModelInferRequest> requests(List<String> texts) {
    return new InferRequests(manifest).each(texts);
  }

  Call call(List<ModelInferRequest> requests) {
    return number -> client.call(requests.get(number % requests.size()), TIMEOUT);
  }

  Caller caller(List<ModelInferRequest> requests) {
    return new InferCaller(client, requests);
  }

  @Override
  public void close() {
    client.close();
    crew.close();
  }

  private boolean answers() {
    try {
      client.call(requests(List.of("ready")).getFirst(), TIMEOUT).join();
      return true;
    } catch (CompletionException e) {
      return false;
    }
  }
}
