package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.ConditionType;
import dev.cohort.crds.Conditions;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.e2e.FakeWorkloads.Fate;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The operator against a real API server; controllers and pods are played. */
@EnabledIf(
    value = "dev.cohort.e2e.ApiServer#isBuilt",
    disabledReason =
        "skipped: the programs of the test cluster are not built (./cohort cluster programs)")
final class OperatorIT {
  private static final String NAMESPACE = "operated";
  private static final String SECOND =
      """
      {"spec": {"package": {"persistentVolumeClaim": {"claimName": "second"}}}}
      """;
  private static final FakeAggregatorSignals CALM = FakeAggregatorSignals.calm(3);

  /** By ensemble; what is not named is calm. */
  private static final Map<String, FakeAggregatorSignals> SIGNALS = new ConcurrentHashMap<>();

  /** By ensemble, of pods whose package comes from the claim {@code second}. */
  private static final Map<String, Fate> FATES_OF_SECOND = new ConcurrentHashMap<>();

  private static ApiServer server;
  private static KubernetesClient client;
  private static FakeWorkloads workloads;
  private static OperatorWorld world;

  @BeforeAll
  static void start() throws Exception {
    server = ApiServer.start().orElseThrow();
    client = server.admin();
    OperatorWorld.define(client);
    world = new OperatorWorld(client, NAMESPACE);
    workloads = new FakeWorkloads(client, NAMESPACE, OperatorIT::fate, OperatorIT::signals);
  }

  @AfterAll
  static void stop() {
    Optional.ofNullable(workloads).ifPresent(FakeWorkloads::close);
    Optional.ofNullable(world).ifPresent(OperatorWorld::close);
    Optional.ofNullable(server).ifPresent(ApiServer::close);
  }

  /** The number of students comes from the aggregators; then each has its seat. */
  @Test
  void theSmallestEnsembleBecomesReady() {
    world.create("smallest", "");
    world.awaitCondition("smallest", ConditionType.READY, "True: Serving");
    world.awaitSeats("smallest", Map.of(0, 1, 1, 1, 2, 1));
    assertEquals("True: MinimumReady", world.condition("smallest", ConditionType.AVAILABLE));
    assertEquals("False: UpToDate", world.condition("smallest", ConditionType.PROGRESSING));
    assertEquals("False: FullPrefix", world.condition("smallest", ConditionType.PRUNED));
    assertEquals("True: Fresh", world.condition("smallest", ConditionType.METRICS_AVAILABLE));
    assertEquals("3/3", world.ensemble("smallest").getStatus().prefix().summary());
    assertEquals(
        "sha256:" + "a".repeat(64), world.ensemble("smallest").getStatus().packages().digest());
    assertEquals(
        "smallest.operated.svc:8001", world.ensemble("smallest").getStatus().endpoint().grpc());
  }

  @Test
  void writesNothingWhenNothingChanges() {
    world.create("quiet", "");
    world.awaitCondition("quiet", ConditionType.READY, "True: Serving");
    Map<String, String> before = Await.stable("versions", () -> world.versions("quiet"));
    assertTrue(before.size() >= 14, before.toString());
    assertEquals(before, Await.unchanged(() -> world.versions("quiet")));
  }

  /** Else the other tests would say nothing about its rules. */
  @Test
  void theRulesOfTheOperatorAreEnforced() {
    KubernetesClientException refused =
        assertThrows(KubernetesClientException.class, () -> world.ownConfigMaps());
    assertEquals(403, refused.getCode());
  }

  @Test
  void repairsWhatSomebodyChanged() {
    world.create("drifting", "");
    world.awaitCondition("drifting", ConditionType.READY, "True: Serving");
    String seats = seats("drifting", 2);
    world.edit(
        seats, one -> new DeploymentBuilder(one).editSpec().withReplicas(7).endSpec().build());
    Await.until("one seat again", () -> replicas(seats) == 1);
    client.services().inNamespace(NAMESPACE).withName("drifting-seats").delete();
    Await.until(
        "the Service again",
        () -> client.services().inNamespace(NAMESPACE).withName("drifting-seats").get() != null);
  }

  @Test
  void aBurstBringsSeats() {
    world.create("bursting", "scaling: {maxSeats: 9}");
    world.awaitCondition("bursting", ConditionType.READY, "True: Serving");
    SIGNALS.put("bursting", CALM.burst(1, 5));
    world.awaitSeats("bursting", Map.of(0, 3, 1, 3, 2, 3));
    world.awaitCondition("bursting", ConditionType.PRUNED, "True: Burst");
    world.awaitCondition("bursting", ConditionType.SCALING_LIMITED, "True: LimitedByMaximum");
    Await.until(
        "events of the burst",
        () -> world.events("bursting").containsAll(List.of("Burst", "PanicScaleUp")));
    assertEquals(9, world.ensemble("bursting").getStatus().replicas());
  }

  /** The decision to bring seats: the same word in condition, event, metric and log. */
  @Test
  void aDecisionHasOneReason() {
    world.create("reasoned", "scaling: {maxSeats: 9}");
    world.awaitCondition("reasoned", ConditionType.READY, "True: Serving");
    BlockingQueue<String> reasons = new LinkedBlockingQueue<>();
    try (Watch watch =
        client
            .resources(StudentEnsemble.class)
            .inNamespace(NAMESPACE)
            .withName("reasoned")
            .watch(
                new Watcher<>() {
                  @Override
                  public void eventReceived(Action action, StudentEnsemble now) {
                    Conditions.find(now.getStatus().conditions(), ConditionType.SCALING_LIMITED)
                        .ifPresent(condition -> reasons.add(condition.reason()));
                  }

                  @Override
                  public void onClose(WatcherException cause) {
                    reasons.add("watch ended");
                  }
                })) {
      SIGNALS.put("reasoned", CALM.burst(1, 5));
      world.awaitSeats("reasoned", Map.of(0, 3, 1, 3, 2, 3));
      Await.until("the condition", () -> reasons.contains("PanicScaleUp"));
      assertFalse(reasons.contains("watch ended"), watch.toString());
    }
    Await.until("the event", () -> world.events("reasoned").contains("PanicScaleUp"));
    assertEquals(1, world.decisions("reasoned").get("PanicScaleUp"));
    assertEquals(
        1,
        Logs.with("ensemble=reasoned").stream()
            .filter(line -> line.contains("reason=PanicScaleUp Seats: 3 to 9"))
            .count());
  }

  /** A figure that is no number says nothing of the load: no seat comes or goes. */
  @Test
  void signalsThatAreNoNumbersHoldTheSeats() {
    world.create("senseless", "scaling: {maxSeats: 9, fallbackSeats: 4}");
    world.awaitCondition("senseless", ConditionType.READY, "True: Serving");
    SIGNALS.put("senseless", CALM.burst(1, Double.NaN));
    world.awaitSeats("senseless", Map.of(0, 2, 1, 1, 2, 1));
    world.awaitCondition("senseless", ConditionType.PRUNED, "True: Burst");
    Await.until(
        "the decision says so",
        () ->
            "SignalsAbsentFallback"
                .equals(world.ensemble("senseless").getStatus().scaling().reason()));
  }

  /** Four devices for three students: the last ones give theirs to the first. */
  @Test
  void dedicatedSeatsAreParkedWithinTheBudget() {
    world.create(
        "parking",
        "regime: Dedicated, engine: {device: CUDA}, seats: {accelerator: {extendedResource: {name:"
            + " example.org/gpu}}}, scaling: {gpuBudget: 4, maxSeats: 4, parking: {afterSeconds:"
            + " 0}}");
    world.awaitSeats("parking", Map.of(0, 1, 1, 1, 2, 1));
    world.awaitCondition("parking", ConditionType.READY, "True: Serving");
    SIGNALS.put("parking", CALM.burst(1, 9));
    world.awaitSeats("parking", Map.of(0, 4, 1, 0, 2, 0));
    Await.until(
        "students 1 and 2 are parked",
        () ->
            world.ensemble("parking").getStatus().students().stream()
                    .filter(student -> student.parked() > 0)
                    .count()
                == 2);
    world.awaitCondition("parking", ConditionType.PRUNED, "True: Parked");
    assertEquals(1, world.ensemble("parking").getStatus().prefix().maximum());
  }

  @Test
  void anotherPackageComesBesideTheOldOne() {
    world.create("rolling", "");
    world.awaitCondition("rolling", ConditionType.READY, "True: Serving");
    String before = seats("rolling", 0);
    SIGNALS.put("rolling second", new FakeAggregatorSignals("b", 2, 2, 0));
    FATES_OF_SECOND.put("rolling", Fate.starting());
    world.patch("rolling", SECOND);
    Await.until(
        "more seats than there are to be",
        () -> world.seats("rolling").values().stream().mapToInt(Integer::intValue).sum() > 3);
    world.awaitCondition("rolling", ConditionType.READY, "False: RollingOut");
    assertEquals("False: Complete", world.condition("rolling", ConditionType.DEGRADED));
    FATES_OF_SECOND.remove("rolling");
    Await.until(
        "the new digest",
        () ->
            ("sha256:" + "b".repeat(64))
                .equals(world.ensemble("rolling").getStatus().packages().digest()));
    world.awaitCondition("rolling", ConditionType.READY, "True: Serving");
    assertTrue(
        world.deployments("rolling").stream()
            .noneMatch(one -> one.getMetadata().getName().equals(before)),
        "the old seats are gone");
    world.awaitSeats("rolling", Map.of(0, 2, 1, 1));
  }

  @Test
  void aRefusedPackageIsTakenBack() {
    world.create("refusing", "");
    world.awaitCondition("refusing", ConditionType.READY, "True: Serving");
    String before = seats("refusing", 0);
    FATES_OF_SECOND.put("refusing", Fate.crashing("package refused: student-1: HASH"));
    world.patch("refusing", SECOND);
    world.awaitCondition("refusing", ConditionType.PROGRESSING, "False: PackageRefused");
    assertTrue(
        Conditions.find(
                world.ensemble("refusing").getStatus().conditions(), ConditionType.PROGRESSING)
            .orElseThrow()
            .message()
            .contains("student-1: HASH"));
    Await.until("only the old pods", () -> world.deployments("refusing").size() == 4);
    assertEquals(1, replicas(before));
    assertEquals("True: MinimumReady", world.condition("refusing", ConditionType.AVAILABLE));
  }

  @Test
  void pausedItIsLeftAsItIs() {
    world.create("paused", "");
    world.awaitCondition("paused", ConditionType.READY, "True: Serving");
    world.patch("paused", "{\"spec\":{\"paused\":true}}");
    world.awaitCondition("paused", ConditionType.PROGRESSING, "False: Paused");
    String seats = seats("paused", 0);
    world.edit(
        seats, one -> new DeploymentBuilder(one).editSpec().withReplicas(2).endSpec().build());
    SIGNALS.put("paused", CALM.burst(1, 9));
    world.awaitCondition("paused", ConditionType.PRUNED, "True: Burst");
    assertEquals(2, replicas(seats));
  }

  @Test
  void externalSeatsFollowTheScaleSubresource() {
    world.create("external", "scaling: {mode: External, maxSeats: 8}");
    world.awaitCondition("external", ConditionType.READY, "True: Serving");
    SIGNALS.put("external", CALM.burst(1, 9));
    world.awaitCondition("external", ConditionType.PRUNED, "True: Burst");
    assertEquals(Map.of(0, 1, 1, 1, 2, 1), world.seats("external"));
    world.patch("external", "{\"spec\":{\"replicas\":7}}");
    world.awaitSeats("external", Map.of(0, 3, 1, 2, 2, 2));
    Await.until("7 in status", () -> world.ensemble("external").getStatus().replicas() == 7);
    assertEquals("False: External", world.condition("external", ConditionType.SCALING_LIMITED));
  }

  @Test
  void whatTheSchedulerSaysIsTold() {
    world.create("waiting", "imagePullSecrets: [{name: pending}]");
    world.awaitCondition("waiting", ConditionType.UNSCHEDULABLE, "True: Unschedulable");
    assertEquals(
        "0/1 nodes are available: 1 Insufficient cpu.",
        Conditions.find(
                world.ensemble("waiting").getStatus().conditions(), ConditionType.UNSCHEDULABLE)
            .orElseThrow()
            .message());
  }

  private static String seats(String ensemble, int student) {
    return world.deployments(ensemble).stream()
        .map(one -> one.getMetadata().getName())
        .filter(name -> name.contains("-student-" + student + "-"))
        .findFirst()
        .orElseThrow();
  }

  private static int replicas(String deployment) {
    return client
        .apps()
        .deployments()
        .inNamespace(NAMESPACE)
        .withName(deployment)
        .get()
        .getSpec()
        .getReplicas();
  }

  private static Fate fate(Deployment deployment) {
    if (!deployment.getSpec().getTemplate().getSpec().getImagePullSecrets().isEmpty()) {
      return Fate.pending("0/1 nodes are available: 1 Insufficient cpu.");
    }
    return isOfSecond(deployment)
        ? FATES_OF_SECOND.getOrDefault(ensemble(deployment), Fate.good())
        : Fate.good();
  }

  private static FakeAggregatorSignals signals(Deployment deployment) {
    String key = ensemble(deployment) + (isOfSecond(deployment) ? " second" : "");
    return SIGNALS.getOrDefault(key, CALM);
  }

  private static String ensemble(Deployment deployment) {
    return deployment.getMetadata().getLabels().get("cohort.dev/ensemble");
  }

  private static boolean isOfSecond(Deployment deployment) {
    return deployment.getSpec().getTemplate().getSpec().getVolumes().stream()
        .filter(volume -> volume.getPersistentVolumeClaim() != null)
        .anyMatch(volume -> volume.getPersistentVolumeClaim().getClaimName().equals("second"));
  }
}
