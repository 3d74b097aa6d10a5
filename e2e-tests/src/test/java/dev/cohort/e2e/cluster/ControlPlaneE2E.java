package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.ConditionType;
import dev.cohort.e2e.Await;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Operators, the API server or its store are away: the ensemble answers, and all is right after.
 */
@Tag("B")
@ExtendWith(ClusterExtension.class)
final class ControlPlaneE2E {
  private static final String NAME = "steady";
  private static final String API_SERVER = "kube-apiserver";
  private static final Duration STANDSTILL = Duration.ofSeconds(30);

  private static final Duration TO_SUCCESSION = Duration.ofSeconds(20);
  private static final Duration TO_RIGHT_STATUS = Duration.ofSeconds(10);
  private static final int WRITES = 5;

  private static Cluster cluster;
  private static Installation installation;
  private static BurstyEnsemble bursty;
  private static ServedEnsemble ensemble;

  @BeforeAll
  static void serve(Cluster shared, Installation installed) {
    cluster = shared;
    installation = installed;
    bursty = BurstyEnsemble.create(cluster, cluster.namespace("control"), NAME);
    ensemble = bursty.served();
  }

  @AfterAll
  static void stop() {
    Optional.ofNullable(bursty).ifPresent(BurstyEnsemble::close);
  }

  @BeforeEach
  void awaitCalm() {
    installation.awaitReady();
    bursty.mode("Off");
    bursty.awaitFewerSeats();
  }

  /** It dies when the burst has begun and before it may bring seats. */
  @Test
  void theLeaderDiesInABurst() {
    OwnCluster own = cluster.own();
    try (Flood flood = bursty.flood()) {
      bursty.awaitReason(flood.startedNanos(), ConditionType.PRUNED, "Burst");
      Pod leader = installation.leading();
      long killed = System.nanoTime();
      own.signal("SIGKILL", leader, "operator");
      bursty.mode("Auto");
      Duration until = bursty.awaitMoreSeats(killed).after(killed);
      Figures.note("control.leader-killed.acts", until);
      assertTrue(until.compareTo(TO_SUCCESSION) <= 0, "seats after " + until);
      flood.stop();
      assertEquals(Map.of(), flood.failures());
    }
    bursty.awaitFewerSeats();
  }

  /** Bursts are the aggregators' business, and lost pods that of Kubernetes. */
  @Test
  void operatorsAreAbsent() {
    scaleOperators(0);
    try {
      Await.until("no operator", () -> installation.pods().isEmpty());
      try (Flood flood = bursty.flood()) {
        bursty.signals().await("a prefix", flood.startedNanos(), BurstWatch::isPruned);
        flood.stop();
        assertEquals(Map.of(), flood.failures());
      }
      UnderLoad.of(
          ensemble,
          "control.operators-absent",
          prober -> {
            Pod lost = ensemble.seats().getFirst();
            cluster.client().resource(lost).withGracePeriod(0L).delete();
            Await.until(
                "another pod",
                ServedEnsemble.START,
                () ->
                    ensemble.seats().stream().noneMatch(pod -> name(pod).equals(name(lost)))
                        && ensemble.seats().stream().allMatch(ServedEnsemble::serves));
          });
      ensemble.ensembles().edit(bursty.seatDeployment(1), BurstyEnsemble::withOneMore);
    } finally {
      scaleOperators(2);
    }
    AuditLog log = AuditLog.fromNow();
    bursty.awaitFewerSeats();
    assertFewWrites("control.operators-back", log);
  }

  /** Nothing can be read or written for half a minute, in which a burst begins. */
  @Test
  void theApiServerStandsStill() {
    OwnCluster own = cluster.own();
    UnderLoad.of(
        ensemble,
        "control.api-server-stopped",
        prober -> {
          AuditLog log = AuditLog.fromNow();
          own.signal("STOP", API_SERVER);
          long back;
          Flood flood;
          try {
            prober.awaitAnswers((int) (UnderLoad.RATE * STANDSTILL.toSeconds()));
            flood = bursty.flood();
            bursty.signals().await("a prefix", flood.startedNanos(), BurstWatch::isPruned);
          } finally {
            back = System.nanoTime();
            own.signal("CONT", API_SERVER);
          }
          try (flood) {
            Duration until = bursty.awaitReason(back, ConditionType.PRUNED, "Burst").after(back);
            Figures.note("control.api-server-stopped.status", until);
            assertTrue(until.compareTo(TO_RIGHT_STATUS) <= 0, "status after " + until);
            assertFewWrites("control.api-server-stopped", log);
            flood.stop();
            assertEquals(Map.of(), flood.failures());
          }
        });
  }

  /** Watches break and begin again. */
  @Test
  void theStoreIsStartedAgain() {
    OwnCluster own = cluster.own();
    UnderLoad.of(
        ensemble,
        "control.etcd-restarted",
        prober -> {
          AuditLog log = AuditLog.fromNow();
          own.restart("etcd");
          prober.awaitAnswers(UnderLoad.RATE);
          Await.until("the API server answers", this::isAnswered);
          Duration repaired = bursty.repairOf(2);
          Figures.note("control.etcd-restarted.repair", repaired);
          assertTrue(repaired.compareTo(TO_RIGHT_STATUS) <= 0, "repaired after " + repaired);
          bursty.awaitFewerSeats();
          assertFewWrites("control.etcd-restarted", log);
        });
  }

  /** An aggregator that says nothing is no reason to take seats away. */
  @Test
  void signalsAreMissing() {
    OwnCluster own = cluster.own();
    bursty.mode("Auto");
    bursty.awaitSettled();
    AuditLog log = AuditLog.fromNow();
    Pod aggregator = ensemble.aggregators().getFirst();
    own.signal("SIGSTOP", aggregator, "aggregator");
    try {
      ensemble.awaitCondition(ConditionType.METRICS_AVAILABLE, "False");
      assertEquals(BurstyEnsemble.CALM_SEATS, ensemble.ensembles().seats(NAME));
    } finally {
      own.signal("SIGCONT", aggregator, "aggregator");
    }
    ensemble.awaitCondition(ConditionType.METRICS_AVAILABLE, "True: Fresh");
    assertEquals(List.of(), installation.replicaWrites(log));
  }

  private boolean isAnswered() {
    try {
      return ensemble.resource() != null;
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  private static void scaleOperators(int count) {
    cluster
        .client()
        .apps()
        .deployments()
        .inNamespace(installation.namespace())
        .withName(Installation.OPERATOR)
        .scale(count);
  }

  /** What the operators wrote of each object until all was right again. */
  private static void assertFewWrites(String what, AuditLog log) {
    Map<String, Long> writes =
        installation.writes(log).stream()
            .filter(entry -> !entry.resource().equals("events"))
            .collect(
                Collectors.groupingBy(
                    entry -> entry.resource() + " " + entry.name(),
                    TreeMap::new,
                    Collectors.counting()));
    Figures.note(what + ".writes", writes);
    assertTrue(writes.values().stream().allMatch(count -> count <= WRITES), "writes: " + writes);
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getName();
  }
}
