package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.cohort.crds.ConditionType;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.e2e.FakeWorkloads.Fate;
import dev.cohort.operator.OperatorRuntime;
import dev.cohort.operator.config.OperatorSettings;
import dev.cohort.protocol.externalscaler.ExternalScalerGrpc;
import dev.cohort.protocol.externalscaler.GetMetricsRequest;
import dev.cohort.protocol.externalscaler.IsActiveResponse;
import dev.cohort.protocol.externalscaler.MetricSpec;
import dev.cohort.protocol.externalscaler.MetricValue;
import dev.cohort.protocol.externalscaler.ScaledObjectRef;
import dev.cohort.security.ServerSecurity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What a scaler is told by an operator on a real API server; controllers and pods are played. */
@EnabledIf(
    value = "dev.cohort.e2e.ApiServer#isBuilt",
    disabledReason =
        "skipped: the programs of the test cluster are not built (./cohort cluster programs)")
final class ScalerIT {
  private static final String NAMESPACE = "scaled";
  private static final long DEADLINE_SECONDS = 30;
  private static final FakeAggregatorSignals CALM = FakeAggregatorSignals.calm(3);
  private static final Map<String, FakeAggregatorSignals> SIGNALS = new ConcurrentHashMap<>();

  private static ApiServer server;
  private static KubernetesClient client;
  private static KubernetesClient own;
  private static FakeWorkloads workloads;
  private static Ensembles ensembles;
  private static OperatorRuntime leader;
  private static OperatorRuntime standBy;
  private static ManagedChannel channel;
  private static int standByPort;

  @BeforeAll
  static void start() throws Exception {
    server = ApiServer.start().orElseThrow();
    client = server.admin();
    OperatorWorld.define(client);
    own = OperatorWorld.account(client, NAMESPACE);
    ensembles = new Ensembles(client, NAMESPACE);
    workloads =
        new FakeWorkloads(
            client,
            NAMESPACE,
            deployment -> Fate.good(),
            deployment ->
                SIGNALS.getOrDefault(
                    deployment.getMetadata().getLabels().get("cohort.dev/ensemble"), CALM));
    leader = operator("leader", 0);
    Await.until("it answers", () -> leader.scalerPort().isPresent());
    try (ServerSocket free = new ServerSocket(0)) {
      standByPort = free.getLocalPort();
    }
    standBy = operator("standby", standByPort);
    channel = channel(leader.scalerPort().getAsInt());
    create("kept", "External");
    create("moved", "External");
    create("automatic", "Auto");
    ensembles.awaitCondition("kept", ConditionType.READY, "True: Serving");
    ensembles.awaitCondition("moved", ConditionType.READY, "True: Serving");
  }

  @AfterAll
  static void stop() {
    Optional.ofNullable(channel).ifPresent(ManagedChannel::shutdownNow);
    Optional.ofNullable(workloads).ifPresent(FakeWorkloads::close);
    Optional.ofNullable(standBy).ifPresent(OperatorRuntime::close);
    Optional.ofNullable(leader).ifPresent(OperatorRuntime::close);
    Optional.ofNullable(own).ifPresent(KubernetesClient::close);
    Optional.ofNullable(server).ifPresent(ApiServer::close);
  }

  /**
   * A burst asks for 9 seats; the autoscaler's own formula comes to 9, and the rules stay there.
   */
  @Test
  void anAutoscalerComesToTheNumberThatTheRulesAskFor() throws Exception {
    MetricSpec spec = scaler().getMetricSpec(reference("moved")).getMetricSpecs(0);
    assertEquals("seats", spec.getMetricName());
    assertEquals(1, spec.getTargetSizeFloat());
    assertEquals(1, spec.getTargetSize());
    Await.until("3 seats are asked for", () -> seats("moved") == 3);
    Pushed pushed = new Pushed();
    asynchronous().streamIsActive(reference("moved"), pushed);
    assertTrue(pushed.next(), "at once");
    SIGNALS.put("moved", CALM.burst(1, 5));
    assertTrue(pushed.next(), "when the number changes");
    Await.until("9 seats are asked for", () -> seats("moved") == 9);
    assertEquals(Map.of(0, 1, 1, 1, 2, 1), ensembles.seats("moved"), "nobody has written them");
    long replicas = (long) Math.ceil(seats("moved") / spec.getTargetSizeFloat());
    client
        .resources(StudentEnsemble.class)
        .inNamespace(NAMESPACE)
        .withName("moved")
        .scale((int) replicas);
    ensembles.awaitSeats("moved", Map.of(0, 3, 1, 3, 2, 3));
    assertEquals(9, seats("moved"));
    ensembles.patch("moved", "{\"spec\":{\"scaling\":{\"mode\":\"Off\"}}}");
    assertEquals(Status.Code.FAILED_PRECONDITION, pushed.end());
  }

  @Test
  void wrongQuestionsAreRefused() {
    refused(
        ScaledObjectRef.newBuilder().setNamespace(NAMESPACE).build(),
        "INVALID_ARGUMENT: scalerMetadata.ensemble is not set");
    refused(
        ScaledObjectRef.newBuilder().putScalerMetadata("ensemble", "kept").build(),
        "INVALID_ARGUMENT: namespace is not set");
    refused(
        reference("Kept"),
        "INVALID_ARGUMENT: scalerMetadata.ensemble is 'Kept'; allowed are names of at most 63 of"
            + " a-z, 0-9 and - that begin and end with a letter or digit");
    refused(
        reference("kept").toBuilder().putScalerMetadata("namespace", "a_b").build(),
        "INVALID_ARGUMENT: scalerMetadata.namespace is 'a_b'; allowed are names of at most 63 of"
            + " a-z, 0-9 and - that begin and end with a letter or digit");
    refused(
        reference("none"),
        "NOT_FOUND: scalerMetadata.ensemble is none: this operator serves no StudentEnsemble of"
            + " that name in namespace scaled");
    refused(
        reference("kept").toBuilder().putScalerMetadata("namespace", "elsewhere").build(),
        "NOT_FOUND: scalerMetadata.ensemble is kept: this operator serves no StudentEnsemble of"
            + " that name in namespace elsewhere");
    refused(
        reference("automatic"),
        "FAILED_PRECONDITION: spec.scaling.mode of StudentEnsemble automatic is Auto; a scaler"
            + " needs External");
    assertEquals(
        "INVALID_ARGUMENT: metricName is 'rows'; allowed is seats",
        failure(() -> scaler().getMetrics(request(reference("kept"), "rows"))));
  }

  /** The metadata may name the namespace itself; nothing else in it is read. */
  @Test
  void theMetadataNamesTheEnsemble() {
    ScaledObjectRef reference =
        ScaledObjectRef.newBuilder()
            .setName("object")
            .setNamespace("elsewhere")
            .putScalerMetadata("scalerAddress", "cohort-operator:9090")
            .putScalerMetadata("ensemble", "kept")
            .putScalerMetadata("namespace", NAMESPACE)
            .build();
    assertEquals(3, seats(reference));
    assertTrue(scaler().isActive(reference).getResult());
  }

  @Test
  void messagesAreBounded() {
    ScaledObjectRef large =
        reference("kept").toBuilder().putScalerMetadata("more", "x".repeat(20_000)).build();
    assertEquals(
        Status.Code.RESOURCE_EXHAUSTED,
        assertThrows(StatusRuntimeException.class, () -> scaler().isActive(large))
            .getStatus()
            .getCode());
  }

  /** It has the same caches, but nobody tells it what was decided. */
  @Test
  void aStandByDoesNotAnswer() {
    Await.until("it stands by", standBy::isReady);
    ManagedChannel other = channel(standByPort);
    try {
      assertEquals(
          Status.Code.UNAVAILABLE,
          assertThrows(
                  StatusRuntimeException.class,
                  () ->
                      ExternalScalerGrpc.newBlockingStub(other)
                          .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                          .isActive(reference("kept")))
              .getStatus()
              .getCode());
    } finally {
      other.shutdownNow();
    }
  }

  /** The ScaledObject of the documentation asks this service about that ensemble. */
  @Test
  void theExampleAsksWhatIsAnswered() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "scaling.md"));
    String block = page.substring(page.indexOf("```yaml\n") + 8);
    Iterator<JsonNode> documents =
        new ObjectMapper(new YAMLFactory())
            .readerFor(JsonNode.class)
            .readValues(block.substring(0, block.indexOf("```")));
    JsonNode object = documents.next();
    JsonNode target = object.at("/spec/scaleTargetRef");
    assertEquals("cohort.dev/v1alpha1", target.path("apiVersion").asText());
    assertEquals("StudentEnsemble", target.path("kind").asText());
    List<JsonNode> triggers =
        StreamSupport.stream(object.at("/spec/triggers").spliterator(), false).toList();
    assertEquals(1, triggers.size());
    assertEquals("external-push", triggers.getFirst().path("type").asText());
    assertEquals("AverageValue", triggers.getFirst().path("metricType").asText());
    ScaledObjectRef.Builder asked = ScaledObjectRef.newBuilder().setNamespace(NAMESPACE);
    triggers
        .getFirst()
        .path("metadata")
        .properties()
        .forEach(entry -> asked.putScalerMetadata(entry.getKey(), entry.getValue().asText()));
    assertEquals(target.path("name").asText(), asked.getScalerMetadataOrThrow("ensemble"));
    create(target.path("name").asText(), "External");
    Await.until(
        "its seats are known",
        () -> failure(() -> scaler().getMetrics(request(asked.build(), "seats"))).isEmpty());
  }

  private static OperatorRuntime operator(String identity, int port) {
    OperatorSettings plain = OperatorWorld.settings(NAMESPACE);
    return OperatorRuntime.start(
        new OperatorSettings(
            plain.namespace(),
            plain.namespaces(),
            plain.seatImage(),
            plain.aggregatorImage(),
            plain.imageVolumes(),
            plain.lease(),
            plain.credentials(),
            Optional.of(
                new OperatorSettings.ScalerEndpoint(
                    "127.0.0.1", port, ServerSecurity.local("127.0.0.1")))),
        own,
        new SimpleMeterRegistry(),
        identity,
        () -> {});
  }

  private static void create(String name, String mode) {
    ensembles.createFrom(
        name,
        "package: {persistentVolumeClaim: {claimName: first}}, replicas: 3, scaling: {mode: %s,"
                .formatted(mode)
            + " maxSeats: 9}");
  }

  private static ManagedChannel channel(int port) {
    return Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create()).build();
  }

  private static ExternalScalerGrpc.ExternalScalerBlockingStub scaler() {
    return ExternalScalerGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  private static ExternalScalerGrpc.ExternalScalerStub asynchronous() {
    return ExternalScalerGrpc.newStub(channel);
  }

  private static ScaledObjectRef reference(String ensemble) {
    return ScaledObjectRef.newBuilder()
        .setName("object")
        .setNamespace(NAMESPACE)
        .putScalerMetadata("ensemble", ensemble)
        .build();
  }

  private static GetMetricsRequest request(ScaledObjectRef reference, String metric) {
    return GetMetricsRequest.newBuilder()
        .setScaledObjectRef(reference)
        .setMetricName(metric)
        .build();
  }

  private static int seats(String ensemble) {
    return seats(reference(ensemble));
  }

  private static int seats(ScaledObjectRef reference) {
    MetricValue value = scaler().getMetrics(request(reference, "seats")).getMetricValues(0);
    assertEquals(value.getMetricValue(), value.getMetricValueFloat());
    return (int) value.getMetricValue();
  }

  private static void refused(ScaledObjectRef reference, String text) {
    assertEquals(text, failure(() -> scaler().getMetrics(request(reference, "seats"))));
    assertEquals(text, failure(() -> scaler().isActive(reference)));
    assertEquals(text, failure(() -> scaler().streamIsActive(reference).hasNext()));
  }

  /** The failure of a call; empty for none. */
  private static String failure(Runnable call) {
    try {
      call.run();
      return "";
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() + ": " + e.getStatus().getDescription();
    }
  }

  /** What a stream brings. */
  private static final class Pushed implements StreamObserver<IsActiveResponse> {
    private final BlockingQueue<Boolean> results = new LinkedBlockingQueue<>();
    private final BlockingQueue<Status.Code> ends = new LinkedBlockingQueue<>();

    @Override
    public void onNext(IsActiveResponse response) {
      results.add(response.getResult());
    }

    @Override
    public void onError(Throwable failure) {
      ends.add(Status.fromThrowable(failure).getCode());
    }

    @Override
    public void onCompleted() {
      ends.add(Status.Code.OK);
    }

    boolean next() throws InterruptedException {
      return Boolean.TRUE.equals(results.poll(DEADLINE_SECONDS, TimeUnit.SECONDS));
    }

    Status.Code end() throws InterruptedException {
      return ends.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
  }
}
