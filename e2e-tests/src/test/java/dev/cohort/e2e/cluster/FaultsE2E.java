package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.reflect.TypeToken;
import dev.cohort.crds.ConditionType;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.e2e.Await;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Pods of an ensemble with two seats and two aggregators go wrong or go away, and nobody notices.
 */
@Tag("B")
@ExtendWith(ClusterExtension.class)
final class FaultsE2E {
  private static final String NAME = "faulty";
  private static final String SPEC =
      "%s, %s, replicas: 2, scaling: {mode: 'Off', minSeats: 1, maxSeats: 4}"
          .formatted(ServedEnsemble.of(Packages.DEMO), ServedEnsemble.SMALL);
  private static final int PODS = 2;
  private static final String SEAT = "student";
  private static final String AGGREGATOR = "aggregator";
  private static final Path CLIENT_GUIDE = Path.of("..", "docs", "clients.md");
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private static Cluster cluster;
  private static ServedEnsemble ensemble;

  @BeforeAll
  static void serve(Cluster shared, Installation installation) {
    cluster = shared;
    String namespace = cluster.namespace("faults");
    ensemble = ServedEnsemble.create(cluster, namespace, NAME, SPEC);
  }

  /** Each fault meets an ensemble that is whole. */
  @BeforeEach
  void awaitWhole() {
    ensemble.awaitWhole();
  }

  @Test
  void aSeatIsDeletedByForce() {
    UnderLoad.of(
        ensemble,
        "fault.seat-deleted",
        prober -> {
          Pod lost = ensemble.seats().getFirst();
          cluster.client().resource(lost).withGracePeriod(0L).delete();
          Await.until(
              "the pod has gone",
              () -> !names(ensemble.seats()).contains(lost.getMetadata().getName()));
          ensemble.awaitWhole();
        });
  }

  @Test
  void aSeatIsKilled() {
    OwnCluster own = cluster.own();
    UnderLoad.of(
        ensemble,
        "fault.seat-killed",
        prober -> {
          Pod killed = ensemble.seats().getFirst();
          own.signal("SIGKILL", killed, SEAT);
          awaitRestart(killed);
        });
  }

  @Test
  void aSeatStandsStill() {
    OwnCluster own = cluster.own();
    UnderLoad.of(
        ensemble,
        "fault.seat-stopped",
        prober -> {
          Pod stopped = ensemble.seats().getFirst();
          own.signal("SIGSTOP", stopped, SEAT);
          try {
            prober.awaitAnswers(5 * UnderLoad.RATE);
          } finally {
            own.signal("SIGCONT", stopped, SEAT);
          }
        });
  }

  /** A limit that no seat can live with reaches the new pods only: the old ones stay. */
  @Test
  void newSeatsRunOutOfMemory() {
    Set<String> before = names(ensemble.seats());
    UnderLoad.of(
        ensemble,
        "fault.seat-out-of-memory",
        prober -> {
          patchMemory("'64Mi'", "{'memory': '64Mi'}");
          try {
            ensemble.awaitCondition(ConditionType.DEGRADED, "True: CrashLoop");
            assertSaid(ConditionType.DEGRADED, "exit code 137");
            ensemble.awaitCondition(ConditionType.PROGRESSING, "True: RollingOut");
          } finally {
            patchMemory("'256Mi'", "null");
          }
          ensemble.awaitWhole();
        });
    assertEquals(before, names(ensemble.seats()));
  }

  @Test
  void newSeatsEndAtOnce() {
    Set<String> before = names(ensemble.seats());
    UnderLoad.of(
        ensemble,
        "fault.crash-loop",
        prober -> {
          patch(
              "{'spec':{'seats':{'pod':{'env':[{'name':'JAVA_TOOL_OPTIONS','value':'-XX:+NoSuchOption'}]}}}}");
          try {
            ensemble.awaitCondition(ConditionType.DEGRADED, "True: CrashLoop");
            assertSaid(ConditionType.DEGRADED, "Unrecognized VM option");
            ensemble.awaitCondition(ConditionType.READY, "False: RollingOut");
          } finally {
            patch("{'spec':{'seats':{'pod':null}}}");
          }
          ensemble.awaitWhole();
        });
    assertEquals(before, names(ensemble.seats()));
  }

  @Test
  void seatsAreScaledDown() {
    UnderLoad.of(
        ensemble,
        "fault.scale-down",
        prober -> {
          scale(1);
          Await.until("one seat is left", ServedEnsemble.START, () -> ensemble.seats().size() == 1);
          prober.awaitAnswers(UnderLoad.RATE);
          scale(PODS);
          ensemble.awaitWhole();
        });
  }

  @Test
  void aggregatorsAreReplaced() {
    Set<String> before = names(ensemble.aggregators());
    UnderLoad.of(
        ensemble,
        "fault.aggregator-rollout",
        prober -> {
          patch("{'spec':{'serving':{'timeoutSeconds':20}}}");
          Await.until(
              "no aggregator is as before",
              ServedEnsemble.START,
              () -> names(ensemble.aggregators()).stream().noneMatch(before::contains));
          ensemble.awaitWhole();
        });
  }

  /** As {@code kubectl drain} does, but that there is one node: each pod as soon as it may go. */
  @Test
  void podsAreEvicted() {
    List<Pod> before =
        Stream.concat(ensemble.seats().stream(), ensemble.aggregators().stream()).toList();
    UnderLoad.of(
        ensemble,
        "fault.evicted",
        prober -> {
          try (KubernetesClient impatient = impatient()) {
            before.forEach(
                pod ->
                    Await.until(
                        "the eviction of " + pod.getMetadata().getName(),
                        ServedEnsemble.START,
                        () -> impatient.pods().resource(pod).evict()));
          }
          ensemble.awaitWhole();
        });
    Set<String> now = names(ensemble.seats());
    now.addAll(names(ensemble.aggregators()));
    assertTrue(Collections.disjoint(names(before), now), "pods: " + now);
  }

  /** A client that takes the disruption budget's no for an answer. */
  private static KubernetesClient impatient() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(cluster.client().getConfiguration())
                .withRequestRetryBackoffLimit(0)
                .build())
        .build();
  }

  /** What it had in hand is lost, with a code that says that it may be sent again. */
  @Test
  void aggregatorsAreKilled() {
    OwnCluster own = cluster.own();
    try (Prober plain = ensemble.probe(UnderLoad.RATE);
        Prober again = Prober.start(FaultsE2E::repeating, UnderLoad.RATE, DEADLINE)) {
      UnderLoad.of(
          again,
          "fault.aggregator-killed.repeated",
          prober -> {
            for (Pod killed : ensemble.aggregators()) {
              own.signal("SIGKILL", killed, AGGREGATOR);
              awaitRestart(killed);
              ensemble.awaitWhole();
            }
          });
      plain.stop();
      Figures.note("fault.aggregator-killed.failures", plain.failures());
      assertEquals(
          Map.of(),
          plain.failures().entrySet().stream()
              .filter(failure -> !mayBeSentAgain(failure.getKey()))
              .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }
  }

  /** grpc-java has a second name for a connection that breaks in the moment of writing (#10120). */
  private static boolean mayBeSentAgain(String failure) {
    return failure.startsWith("UNAVAILABLE") || failure.equals("UNKNOWN channel closed");
  }

  /** A client as the guide wants it, but with one repetition only. */
  private static ManagedChannel repeating() {
    JsonObject config = new Gson().fromJson(guide(), JsonObject.class);
    config
        .getAsJsonArray("methodConfig")
        .get(0)
        .getAsJsonObject()
        .getAsJsonObject("retryPolicy")
        .addProperty("maxAttempts", 2);
    return NettyChannelBuilder.forAddress(ensemble.grpc())
        .usePlaintext()
        .defaultServiceConfig(
            new Gson().fromJson(config, new TypeToken<Map<String, Object>>() {}.getType()))
        .build();
  }

  private static String guide() {
    try {
      String text = Files.readString(CLIENT_GUIDE);
      int begin = text.indexOf("```json\n") + "```json\n".length();
      return text.substring(begin, text.indexOf("```", begin));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void patch(String patch) {
    ensemble.patch(patch.replace('\'', '"'));
  }

  private static void patchMemory(String request, String limits) {
    patch(
        "{'spec':{'seats':{'resources':{'requests':{'memory':%s},'limits':%s}}}}"
            .formatted(request, limits));
  }

  private static void scale(int seats) {
    cluster
        .client()
        .resources(StudentEnsemble.class)
        .inNamespace(ensemble.namespace())
        .withName(NAME)
        .scale(seats);
  }

  private static void assertSaid(ConditionType type, String words) {
    String said = ensemble.message(type);
    assertTrue(said.contains(words), said);
  }

  private static void awaitRestart(Pod killed) {
    int before = status(killed).getRestartCount();
    Await.until(
        "a restart of " + killed.getMetadata().getName(),
        ServedEnsemble.START,
        () -> {
          ContainerStatus now = status(cluster.client().resource(killed).get());
          return now.getRestartCount() > before && now.getReady();
        });
  }

  private static ContainerStatus status(Pod pod) {
    return pod.getStatus().getContainerStatuses().getFirst();
  }

  private static Set<String> names(List<Pod> pods) {
    return pods.stream().map(pod -> pod.getMetadata().getName()).collect(Collectors.toSet());
  }
}
