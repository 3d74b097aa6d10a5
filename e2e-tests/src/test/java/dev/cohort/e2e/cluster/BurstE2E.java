package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.ConditionType;
import dev.cohort.crds.Conditions;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.e2e.ApiServer;
import dev.cohort.e2e.Await;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of one ensemble when load comes and goes, and who may change its seats. */
@Tag("B")
@ExtendWith(ClusterExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class BurstE2E {
  private static final String NAME = "bursts";
  private static final Map<Integer, Integer> CALM_SEATS = BurstyEnsemble.CALM_SEATS;

  /** Requests at once that take all seats much longer than the latency target. */
  private static final int PULSE = 160;

  private static final int PULSES = setting("COHORT_PULSES", 10);

  private static final int FLOODS = setting("COHORT_FLOODS", 4);

  /** Requests in flight: what comes in about 0.4 s when it is three times what seats can do. */
  private static final int BURST = 512;

  /** Lanes that the noisy load keeps busy on average. */
  private static final double NOISE_LANES = 0.8;

  /** Requests of a second that are tried before, to learn how busy they keep lanes. */
  private static final int PROBE = 30;

  /** Seconds; COHORT_NOISE_SECONDS=300 is what the bar is about. */
  private static final Duration NOISE_TIME =
      Duration.ofSeconds(setting("COHORT_NOISE_SECONDS", 45));

  private static final int AGGREGATOR_METRICS = 8002;
  private static final int SEAT = 9100;

  /** Three students come back one after the other, and there are two seconds beside. */
  private static final Duration TO_FULL = Duration.ofMillis(3 * 500 + 2_000);

  private static final Duration TO_REPAIR = Duration.ofSeconds(5);

  /**
   * The bars are those of a machine that does nothing else, and hold for the 95th percentile, which
   * is noted; here the load is on the same machine, and the middle may be so many times the bar.
   */
  private static final int PATIENCE = 4;

  private static Cluster cluster;
  private static Installation installation;
  private static BurstyEnsemble bursty;
  private static ServedEnsemble ensemble;
  private static BurstWatch signals;

  @BeforeAll
  static void serve(Cluster shared, Installation installed) {
    cluster = shared;
    installation = installed;
    bursty = BurstyEnsemble.create(cluster, cluster.namespace("bursts"), NAME);
    ensemble = bursty.served();
    signals = bursty.signals();
  }

  @AfterAll
  static void stop() {
    Optional.ofNullable(bursty).ifPresent(BurstyEnsemble::close);
  }

  /** The aggregator by itself, with the seats that there are. */
  @Test
  @Order(1)
  void studentsAreDroppedAndComeBack() {
    List<Duration> toPruned = new ArrayList<>();
    List<Duration> toAnswer = new ArrayList<>();
    List<Duration> toStatus = new ArrayList<>();
    List<Duration> toFull = new ArrayList<>();
    for (int pulse = 0; pulse < PULSES; pulse++) {
      bursty.awaitCalm();
      try (Flood flood = Flood.once(ensemble.grpc(), PULSE)) {
        long start = flood.startedNanos();
        var pruned = signals.await("a smaller prefix", start, BurstWatch::isPruned);
        var told = bursty.awaitReason(start, ConditionType.PRUNED, "Burst");
        long end = flood.awaitEnd();
        assertEquals(Map.of(), flood.failures());
        var full = signals.await("all students", pruned.nanos(), BurstyEnsemble::isFull);
        toPruned.add(pruned.after(start));
        toStatus.add(told.after(start));
        toFull.add(full.after(end));
        toAnswer.add(flood.untilFewerThan(CALM_SEATS.size()));
      }
    }
    Figures.note("burst.pruned.aggregator", toPruned);
    Figures.note("burst.pruned.answer", toAnswer);
    Figures.note("burst.pruned.status", toStatus);
    Figures.note("burst.end.full", toFull);
    assertAtMost(Duration.ofMillis(100), toPruned, "a smaller prefix at the aggregator");
    assertAtMost(Duration.ofSeconds(2), toStatus, "a smaller prefix in status");
    assertAtMost(TO_FULL, toFull, "the full prefix");
    assertTrue(ensemble.ensembles().events(NAME).contains("Burst"), "an event of the burst");
  }

  @Test
  @Order(2)
  void seatsComeWithABurstAndGoAfterIt() {
    ensemble.patch("{\"spec\": {\"scaling\": {\"mode\": \"Auto\"}}}");
    ensemble.awaitReady();
    bursty.awaitCalm();
    Set<String> before = names(ensemble.seats());
    List<Duration> toPatch = new ArrayList<>();
    try (Flood flood = bursty.flood(BURST)) {
      toPatch.add(bursty.awaitMoreSeats(flood.startedNanos()).after(flood.startedNanos()));
      Figures.note("burst.seat-ready.first-batch", newSeatsWork(flood.startedNanos(), before));
      assertOneReason(flood.startedNanos());
      flood.stop();
      assertEquals(Map.of(), flood.failures());
    }
    bursty.awaitFewerSeats();
    assertTrue(ensemble.ensembles().events(NAME).contains("ScaleDown"), "an event of the calm");
    while (toPatch.size() < FLOODS) {
      try (Flood flood = bursty.flood(BURST)) {
        toPatch.add(bursty.awaitMoreSeats(flood.startedNanos()).after(flood.startedNanos()));
      }
      bursty.awaitFewerSeats();
    }
    Figures.note("burst.scale-patch", toPatch);
    assertAtMost(Duration.ofSeconds(1), toPatch, "more seats in Deployments");
  }

  @Test
  @Order(3)
  void kubectlScalesWhatIsExternal() {
    ensemble.patch("{\"spec\": {\"replicas\": 4, \"scaling\": {\"mode\": \"External\"}}}");
    awaitReason("External");
    kubectl("scale", "studentensemble/" + NAME, "--replicas=5");
    ensemble.ensembles().awaitSeats(NAME, Map.of(0, 2, 1, 1, 2, 1, 3, 1));
    bursty.awaitSettled();
    AuditLog log = AuditLog.fromNow();
    try (Flood flood = bursty.flood()) {
      signals.await("a smaller prefix", flood.startedNanos(), BurstWatch::isPruned);
      bursty.awaitReason(flood.startedNanos(), ConditionType.PRUNED, "Burst");
      Await.unchanged(() -> ensemble.ensembles().seats(NAME));
    }
    bursty.awaitCalm();
    assertEquals(List.of(), installation.replicaWrites(log));
    assertEquals(5, ensemble.resource().getStatus().replicas());
    kubectl("scale", "studentensemble/" + NAME, "--replicas=4");
    ensemble.ensembles().awaitSeats(NAME, CALM_SEATS);
    assertEquals("External", ensemble.resource().getStatus().scaling().reason());
  }

  /** An autoscaler of Kubernetes with a metric of its own; the mode is still External. */
  @Test
  @Order(4)
  void anAutoscalerDecides() throws IOException {
    var autoscalers =
        cluster
            .client()
            .autoscaling()
            .v2()
            .horizontalPodAutoscalers()
            .inNamespace(ensemble.namespace());
    AuditLog log = AuditLog.fromNow();
    try (ExternalMetric metric = ExternalMetric.serve(cluster, ensemble.namespace(), 4)) {
      autoscalers.resource(autoscaler()).create();
      metric.set(5);
      Await.until(
          "5 in the spec",
          ServedEnsemble.START,
          () -> ensemble.resource().getSpec().replicas() == 5);
      ensemble.ensembles().awaitSeats(NAME, Map.of(0, 2, 1, 1, 2, 1, 3, 1));
    } finally {
      autoscalers.withName(NAME).delete();
    }
    assertEquals(
        List.of(),
        installation.replicaWrites(log).stream()
            .filter(entry -> entry.resource().startsWith("studentensembles"))
            .toList());
  }

  @Test
  @Order(5)
  void pausedItServesAndIsLeftAlone() {
    ensemble.patch("{\"spec\": {\"paused\": true, \"scaling\": {\"mode\": \"Auto\"}}}");
    ensemble.awaitCondition(ConditionType.PROGRESSING, "False: Paused");
    AuditLog log = AuditLog.fromNow();
    String drifting = bursty.seatDeployment(1);
    ensemble.ensembles().edit(drifting, BurstyEnsemble::withOneMore);
    try (Flood flood = bursty.flood()) {
      bursty.awaitReason(flood.startedNanos(), ConditionType.PRUNED, "Burst");
      Await.unchanged(() -> ensemble.ensembles().seats(NAME));
      flood.stop();
      assertEquals(Map.of(), flood.failures());
    }
    assertEquals(2, ensemble.ensembles().seats(NAME).get(1));
    assertEquals(List.of(), installation.replicaWrites(log));
    long resumed = System.nanoTime();
    ensemble.patch("{\"spec\": {\"paused\": false, \"scaling\": {\"mode\": \"Off\"}}}");
    var repaired =
        bursty.deployments().await("one seat again", resumed, BurstyEnsemble.has(drifting, 1));
    assertAtMost(TO_REPAIR, repaired.after(resumed), "the end of the pause");
  }

  @Test
  @Order(6)
  void driftIsRepaired() {
    bursty.awaitSettled();
    Duration repaired = bursty.repairOf(2);
    Figures.note("drift.deployment", repaired);
    assertAtMost(TO_REPAIR, repaired, "the Deployment");

    var services = cluster.client().services().inNamespace(ensemble.namespace());
    try (ObjectWatch<Service> watch = new ObjectWatch<>(services)) {
      long deleted = System.nanoTime();
      services.withName(NAME).delete();
      var again =
          watch
              .states()
              .await("the Service", deleted, one -> one.getMetadata().getName().equals(NAME));
      Figures.note("drift.service", again.after(deleted));
      assertAtMost(TO_REPAIR, again.after(deleted), "the Service");
    }
    ensemble.awaitReady();
  }

  @Test
  @Order(7)
  void nothingIsWrittenWhenNothingHappens() {
    bursty.awaitSettled();
    AuditLog log = AuditLog.fromNow();
    Duration idle = Duration.ofSeconds(30);
    Await.unchanged(idle, () -> installation.writes(log));
    Figures.note("idle.time", idle);
    Figures.note("idle.writes.count", installation.writes(log).size());
    assertEquals(List.of(), installation.writes(log));
  }

  /** A load for which four or five seats are right, by turns, and the pace that is the default. */
  @Test
  @Order(8)
  void noiseTurnsSeatsUpAndDownSeldom() {
    int clock = noiseClock();
    try (Prober load = Prober.noisy(ensemble.grpc(), clock, Duration.ofSeconds(20), 1)) {
      // Of several seconds, each with a load of its own.
      load.awaitAnswers(3 * clock);
      int target = (int) Math.round(lanes() * 100 / 4.5);
      assertTrue(target >= 10 && target <= 80, "percent that 4.5 seats would be used: " + target);
      ensemble.patch(
          """
          {"spec": {"scaling": {"mode": "Auto", "targetUtilizationPercent": %d,
            "windows": null, "flapBudget": null}}}
          """
              .formatted(target));
      long begin = System.nanoTime();
      Await.unchanged(NOISE_TIME, load::failures);
      load.stop();
      assertEquals(Map.of(), load.failures());
      List<Integer> totals = bursty.totalsSince(begin);
      Figures.note("noise.time", NOISE_TIME);
      Figures.note("noise.target.percent", target);
      Figures.note("noise.seats", totals);
      Figures.note("noise.turns.count", turns(totals));
      assertTrue(turns(totals) <= 2, "seats asked for: " + totals);
    }
  }

  /** Twice the requests of a second that keep {@link #NOISE_LANES} busy on this machine. */
  private static int noiseClock() {
    try (Prober load = Prober.start(ensemble.grpc(), PROBE, Duration.ofSeconds(20))) {
      load.awaitAnswers(5 * PROBE);
      return (int) Math.round(2 * PROBE * NOISE_LANES / lanes());
    }
  }

  private static int setting(String variable, int otherwise) {
    return Integer.parseInt(System.getenv().getOrDefault(variable, String.valueOf(otherwise)));
  }

  /** Lanes that all students of the offered load keep busy. */
  private static double lanes() {
    return signals
            .signals()
            .last()
            .orElseThrow()
            .getModels(0)
            .getOffered()
            .getStudentMicrosPerSecond()
        * CALM_SEATS.size()
        / 1e6;
  }

  private static int turns(List<Integer> totals) {
    List<Integer> steps = new ArrayList<>();
    for (int at = 1; at < totals.size(); at++) {
      steps.add(Integer.signum(totals.get(at) - totals.get(at - 1)));
    }
    int turns = 0;
    for (int at = 1; at < steps.size(); at++) {
      turns += steps.get(at).equals(steps.get(at - 1)) ? 0 : 1;
    }
    return turns;
  }

  private static void awaitReason(String reason) {
    Await.until(
        "decisions have the reason " + reason,
        () -> reason.equals(ensemble.resource().getStatus().scaling().reason()));
  }

  /** For each new seat: from Ready to its first batch, as the aggregator counts them. */
  private static List<Duration> newSeatsWork(long start, Set<String> before) {
    InetSocketAddress metrics =
        cluster.reach(ensemble.aggregators().getFirst(), AGGREGATOR_METRICS);
    Timeline<String> pages = new Timeline<>();
    List<Pod> made =
        Await.value(
            "batches at new seats",
            ServedEnsemble.START,
            () -> {
              pages.add(HelloPod.ask(metrics, "metrics"));
              List<Pod> seats =
                  ensemble.seats().stream()
                      .filter(pod -> !before.contains(pod.getMetadata().getName()))
                      .toList();
              boolean all = seats.stream().allMatch(seat -> worksIn(seat, pages.last().get()));
              return seats.size() == 2 && all ? Optional.of(seats) : Optional.empty();
            });
    return made.stream()
        .map(
            seat -> {
              var ready = bursty.pods().await("Ready", start, pod -> isReady(pod, seat));
              return pages
                  .await("a batch", start, page -> worksIn(seat, page))
                  .after(ready.nanos());
            })
        .toList();
  }

  private static boolean worksIn(Pod seat, String page) {
    String address = "%s:%d".formatted(seat.getStatus().getPodIP(), SEAT);
    return page.lines()
        .filter(line -> line.startsWith("cohort_seat_reply_seconds_count"))
        .filter(line -> line.contains('"' + address + '"'))
        .anyMatch(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))) > 0);
  }

  private static boolean isReady(Pod pod, Pod wanted) {
    return pod.getMetadata().getUid().equals(wanted.getMetadata().getUid())
        && pod.getStatus().getConditions().stream()
            .anyMatch(one -> one.getType().equals("Ready") && one.getStatus().equals("True"));
  }

  /** Status, event, metric and log have the same code for what brought the seats. */
  private static void assertOneReason(long start) {
    StudentEnsemble told =
        bursty.statuses().await("a transition of seats", start, BurstE2E::hasMoreSeats).value();
    String reason = told.getStatus().lastTransition().reason();
    assertTrue(Set.of("PanicScaleUp", "StableScaleUp").contains(reason), reason);
    Await.until("an event", () -> ensemble.ensembles().events(NAME).contains(reason));
    assertTrue(
        bursty.statuses().since(start).stream()
            .anyMatch(moment -> reason.equals(limited(moment.value()))),
        "a condition with " + reason);
    assertTrue(
        installation
            .metrics()
            .lines()
            .filter(line -> line.startsWith("cohort_operator_scaling_decisions_total"))
            .anyMatch(line -> line.contains("ensemble=\"" + NAME) && line.contains(reason)),
        "a metric with " + reason);
    String log = installation.logs();
    assertTrue(
        log.lines()
            .anyMatch(
                line -> line.contains("ensemble=" + NAME) && line.contains("reason=" + reason)),
        "a line of the log with " + reason);
  }

  private static boolean hasMoreSeats(StudentEnsemble state) {
    var transition = state.getStatus().lastTransition();
    return transition != null
        && transition.kind().equals("Seats")
        && transition.from().equals("4")
        && Integer.parseInt(transition.to()) > CALM_SEATS.size();
  }

  private static String limited(StudentEnsemble state) {
    return Conditions.find(state.getStatus().conditions(), ConditionType.SCALING_LIMITED)
        .orElseThrow()
        .reason();
  }

  private static Set<String> names(List<Pod> seats) {
    return seats.stream().map(pod -> pod.getMetadata().getName()).collect(Collectors.toSet());
  }

  private static HorizontalPodAutoscaler autoscaler() {
    return new HorizontalPodAutoscalerBuilder()
        .withNewMetadata()
        .withName(NAME)
        .endMetadata()
        .withNewSpec()
        .withMinReplicas(4)
        .withMaxReplicas(6)
        .withNewScaleTargetRef("cohort.dev/v1alpha1", "StudentEnsemble", NAME)
        .addNewMetric()
        .withType("External")
        .withNewExternal()
        .withNewMetric()
        .withName(ExternalMetric.NAME)
        .endMetric()
        .withNewTarget()
        .withType("AverageValue")
        .withAverageValue(new Quantity("1"))
        .endTarget()
        .endExternal()
        .endMetric()
        .endSpec()
        .build();
  }

  private static void kubectl(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                ApiServer.programs().resolve("bin").resolve("kubectl").toString(),
                "--namespace",
                ensemble.namespace()));
    command.addAll(List.of(arguments));
    Commands.run(command.toArray(String[]::new));
  }

  private static void assertAtMost(Duration bar, List<Duration> seen, String what) {
    assertAtMost(bar.multipliedBy(PATIENCE), Figures.percentile(seen, 50), what);
  }

  private static void assertAtMost(Duration bar, Duration seen, String what) {
    assertTrue(seen.compareTo(bar) <= 0, "%s after %s".formatted(what, seen));
  }
}
