package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.e2e.Await;
import dev.cohort.e2e.Ensembles;
import dev.cohort.e2e.FakeAggregator;
import dev.cohort.e2e.FakeAggregatorSignals;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Operators of the real image with a hundred ensembles. KWOK plays their thousand pods and 200
 * nodes with GPUs, this JVM their aggregators; 5,000 Deployments beside are none of the operators'
 * business.
 */
@Tag("C")
@ExtendWith(ClusterExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class FleetE2E {
  private static final int NAMESPACES = 10;
  private static final int ENSEMBLES = 10;
  private static final int STUDENTS = 4;
  private static final int SEATS = 8;
  private static final int AGGREGATORS = 2;
  private static final int PODS = NAMESPACES * ENSEMBLES * (SEATS + AGGREGATORS);
  private static final int NODES = 200;
  private static final int FOREIGN = 5_000;
  private static final int AT_ONCE = 16;
  private static final int FORBIDDEN = 403;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final Duration TO_PATCH = Duration.ofSeconds(2);
  private static final long MEMORY_KIB = 384 << 10;
  private static final String OPERATOR = "operator";
  private static final String STUDENT = "cohort.dev/student";
  private static final String ENSEMBLE = "cohort.dev/ensemble";

  private static final Map<String, Quantity> CAPACITY =
      Map.of(
          "cpu", new Quantity("32"),
          "memory", new Quantity("256Gi"),
          "pods", new Quantity("110"),
          "nvidia.com/gpu", new Quantity("8"));

  private static final String PLACEMENT =
      "placement: {nodeSelector: {type: kwok}, tolerations: [{key: '%s', operator: Exists}]}"
          .formatted(FakeNodes.TAINT);

  private static final String SPEC =
      ("%s, engine: {device: CUDA}, replicas: %d, seats: {accelerator: {extendedResource: {name:"
              + " nvidia.com/gpu, count: 1}}, %s}, aggregator: {replicas: %d, %s}, scaling: {mode:"
              + " 'Off', minSeats: 4, maxSeats: 16}")
          .formatted(ServedEnsemble.of(Packages.DEMO), SEATS, PLACEMENT, AGGREGATORS, PLACEMENT);

  /** One ensemble of the fleet. */
  private record Member(Ensembles space, String namespace, String name) {
    boolean isReady() {
      return space.isReady(name);
    }

    boolean owns(Deployment one) {
      return one.getMetadata().getNamespace().equals(namespace)
          && one.getMetadata().getLabels().get(ENSEMBLE).equals(name);
    }

    void delete() {
      space.delete(name);
    }
  }

  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(AT_ONCE);
  private static final List<Member> FLEET = new ArrayList<>();

  private static KubernetesClient client;
  private static Installation installation;
  private static OwnCluster own;
  private static FakeNodes nodes;
  private static FakeAggregator aggregators;
  private static String foreign;
  private static AuditLog log;

  @BeforeAll
  static void prepare(Cluster cluster, Installation installed) throws IOException {
    installation = installed;
    own = cluster.own();
    client = cluster.client();
    // All addresses of the fake pods are this JVM's.
    own.enter("ip", "route", "replace", "local", FakeNodes.ADDRESSES, "dev", "lo");
    FakeAggregatorSignals calm = FakeAggregatorSignals.calm(STUDENTS);
    aggregators = new FakeAggregator("0.0.0.0", Duration.ofSeconds(1), () -> calm.message("fake"));
    nodes = FakeNodes.start(cluster, Path.of("target", "cluster", "FleetE2E", "kwok.log"));
    nodes.add(NODES, CAPACITY);
    foreign = cluster.namespace("foreign");
    forEach(
        IntStream.range(0, FOREIGN).boxed().toList(),
        number -> client.resource(deployment("foreign-" + number)).create());
    for (int space = 0; space < NAMESPACES; space++) {
      String namespace = cluster.namespace("fleet");
      Ensembles ensembles = new Ensembles(client, namespace);
      for (int member = 0; member < ENSEMBLES; member++) {
        FLEET.add(new Member(ensembles, namespace, "fleet-" + member));
      }
    }
    log = AuditLog.fromNow();
  }

  @AfterAll
  static void end() {
    forEach(FLEET, Member::delete);
    if (nodes != null) {
      Await.until("no pod of the fleet", PATIENCE, () -> pods().isEmpty());
      nodes.close();
    }
    WORKERS.shutdownNow();
    if (aggregators != null) {
      aggregators.close();
    }
  }

  @Test
  @Order(1)
  void allBecomeReady() {
    long begin = System.nanoTime();
    forEach(FLEET, member -> member.space().createFrom(member.name(), SPEC));
    Await.until("all are Ready", PATIENCE, () -> FLEET.stream().allMatch(Member::isReady));
    Figures.note("fleet.ready", Duration.ofNanos(System.nanoTime() - begin));
    assertEquals(PODS, pods().size());
  }

  @Test
  @Order(2)
  void nothingIsWrittenWhenNothingHappens() {
    Await.stable("writes", () -> installation.writes(log).size());
    Figures.note("fleet.writes.count", installation.writes(log).size());
    AuditLog idle = AuditLog.fromNow();
    Await.unchanged(IDLE, () -> installation.writes(idle));
    assertEquals(List.of(), installation.writes(idle));
  }

  @Test
  @Order(3)
  void aChangedSpecIsFollowedSoon() {
    List<Duration> times = new ArrayList<>();
    try (ObjectWatch<Deployment> first =
        new ObjectWatch<>(client.apps().deployments().inAnyNamespace().withLabel(STUDENT, "0"))) {
      for (Member member : FLEET) {
        long changed = System.nanoTime();
        member.space().patch(member.name(), "{\"spec\": {\"replicas\": %d}}".formatted(SEATS + 1));
        times.add(
            first
                .states()
                .await(
                    "one more seat of " + member,
                    changed,
                    one -> member.owns(one) && one.getSpec().getReplicas() == SEATS / STUDENTS + 1)
                .after(changed));
      }
    }
    Figures.note("fleet.patch", times);
    Duration late = Figures.percentile(times, 99);
    Figures.note("fleet.patch.p99", late);
    assertTrue(late.compareTo(TO_PATCH) <= 0, "p99 " + late);
  }

  @Test
  @Order(4)
  void operatorsAreSmallAndAskForNothingElse() {
    Pod leader = installation.leading();
    long most = own.memoryKib(leader, OPERATOR, "VmHWM");
    Figures.note("fleet.operator.rss.kib", own.memoryKib(leader, OPERATOR, "VmRSS"));
    Figures.note("fleet.operator.rss-peak.kib", most);
    List<AuditLog.Entry> asked = installation.asked(log);
    assertEquals(List.of(), asked.stream().filter(one -> one.code() == FORBIDDEN).toList());
    assertEquals(List.of(), asked.stream().filter(one -> one.namespace().equals(foreign)).toList());
    assertTrue(most <= MEMORY_KIB, "KiB of memory at most: " + most);
    assertEquals(0, leader.getStatus().getContainerStatuses().getFirst().getRestartCount());
  }

  private static <T> void forEach(List<T> all, Consumer<T> work) {
    all.stream()
        .map(one -> CompletableFuture.runAsync(() -> work.accept(one), WORKERS))
        .toList()
        .forEach(CompletableFuture::join);
  }

  private static List<Pod> pods() {
    return client.pods().inAnyNamespace().withLabel(ENSEMBLE).list().getItems();
  }

  /** One without pods. */
  private static Deployment deployment(String name) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withNamespace(foreign)
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withReplicas(0)
        .withNewSelector()
        .addToMatchLabels("app", name)
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .addToLabels("app", name)
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("foreign")
        .withImage("cohort.test/foreign:1")
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }
}
