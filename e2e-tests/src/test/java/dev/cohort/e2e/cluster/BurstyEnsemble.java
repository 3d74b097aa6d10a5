package dev.cohort.e2e.cluster;

import dev.cohort.crds.ConditionType;
import dev.cohort.crds.Conditions;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.e2e.Await;
import dev.cohort.protocol.burst.v1.ModelSignals;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * An ensemble of the demo's four students, with one aggregator, that is pruned soon and whose seats
 * change quickly, and all that is told of it. Its mode is Off until a test changes that.
 */
final class BurstyEnsemble implements AutoCloseable {
  /** Seats of each student without load. */
  static final Map<Integer, Integer> CALM_SEATS = Map.of(0, 1, 1, 1, 2, 1, 3, 1);

  /** Requests in flight that the students cannot answer in time. */
  static final int FLOOD = 64;

  private static final String SPEC =
      ServedEnsemble.of(Packages.DEMO)
          + ", %s seats: {resources: {requests: {cpu: 20m, memory: 256Mi}} %s}, aggregator: {replicas:"
          + " 1, resources: {requests: {cpu: 20m, memory: 256Mi}}}, serving: {latencyTargetMillis:"
          + " 20}, pruning: {qualityFloor: 100, quietMillis: 500 %s}, scaling: {mode: 'Off', windows:"
          + " {panicSeconds: 2, stableSeconds: 5, dwellUpSeconds: 1, dwellDownSeconds: 1}, flapBudget:"
          + " {changes: 100}, %s}";

  /** The engine is the CPU's, whatever the spec says: there is no real device. */
  private static final String DEVICES =
      ", accelerator: {extendedResource: {name: %s, count: 1}}, pod: {env: [{name:"
          + " JAVA_TOOL_OPTIONS, value: '-Dcohort.device=cpu'}]}";

  private static final int GRPC = 8001;
  private static final String STUDENT = "cohort.dev/student";

  private final ServedEnsemble ensemble;
  private final InetSocketAddress clients;
  private final BurstWatch signals;
  private final ObjectWatch<StudentEnsemble> statuses;
  private final ObjectWatch<Deployment> deployments;
  private final ObjectWatch<Pod> pods;

  private BurstyEnsemble(Cluster cluster, ServedEnsemble ensemble) {
    this.ensemble = ensemble;
    this.clients = ensemble.grpc();
    this.signals = new BurstWatch(cluster.reach(ensemble.aggregators().getFirst(), GRPC));
    KubernetesClient client = cluster.client();
    String namespace = ensemble.namespace();
    this.statuses =
        new ObjectWatch<>(client.resources(StudentEnsemble.class).inNamespace(namespace));
    this.deployments = new ObjectWatch<>(client.apps().deployments().inNamespace(namespace));
    this.pods = new ObjectWatch<>(client.pods().inNamespace(namespace));
  }

  /** Makes one of four to six seats, and waits until it is Ready. */
  static BurstyEnsemble create(Cluster cluster, String namespace, String name) {
    ServedEnsemble made =
        ServedEnsemble.create(cluster, namespace, name, SPEC.formatted("", "", "", "maxSeats: 6"));
    made.awaitReady();
    return new BurstyEnsemble(cluster, made);
  }

  /**
   * Makes one whose seats take a device each, and waits until it answers.
   *
   * @param device the node's name for it
   * @param regime such as Shared
   * @param fewest students that may answer
   * @param scaling bounds, as YAML without braces
   */
  static BurstyEnsemble create(
      Cluster cluster,
      String namespace,
      String name,
      String device,
      String regime,
      int fewest,
      String scaling) {
    ServedEnsemble made =
        ServedEnsemble.create(
            cluster,
            namespace,
            name,
            SPEC.formatted(
                "regime: %s, engine: {device: CUDA},".formatted(regime),
                DEVICES.formatted(device),
                ", minStudents: " + fewest,
                scaling));
    made.awaitCondition(ConditionType.AVAILABLE, "True");
    return new BurstyEnsemble(cluster, made);
  }

  /** It without what is told of it. */
  ServedEnsemble served() {
    return ensemble;
  }

  /** What its aggregator says. */
  BurstWatch signals() {
    return signals;
  }

  /** Its states. */
  Timeline<StudentEnsemble> statuses() {
    return statuses.states();
  }

  /** The states of its Deployments. */
  Timeline<Deployment> deployments() {
    return deployments.states();
  }

  /** The states of its pods. */
  Timeline<Pod> pods() {
    return pods.states();
  }

  /** Lets somebody else decide about its seats. */
  void mode(String mode) {
    ensemble.patch("{\"spec\": {\"scaling\": {\"mode\": \"%s\"}}}".formatted(mode));
  }

  /** Asks for more than it can do; needs no API server. */
  Flood flood() {
    return flood(FLOOD);
  }

  /** The same with so many requests in flight. */
  Flood flood(int inFlight) {
    return Flood.start(clients, inFlight);
  }

  /** When a condition first had this reason, from a moment on. */
  Timeline.Moment<StudentEnsemble> awaitReason(long nanos, ConditionType type, String reason) {
    return statuses().await(type.value() + " " + reason, nanos, is(type, reason));
  }

  /** When a student was first given more seats than one, from a moment on. */
  Timeline.Moment<Deployment> awaitMoreSeats(long nanos) {
    return deployments()
        .await("more seats", nanos, one -> isOfSeats(one) && one.getSpec().getReplicas() > 1);
  }

  /** Waits for the full prefix. */
  void awaitCalm() {
    signals.await("all students", System.nanoTime(), BurstyEnsemble::isFull);
    ensemble.awaitCondition(ConditionType.PRUNED, "False: FullPrefix");
  }

  /** Waits for the end of a burst: the seats that there were, and all students. */
  void awaitFewerSeats() {
    ensemble.ensembles().awaitSeats(ensemble.name(), CALM_SEATS);
    awaitCalm();
    awaitSettled();
  }

  /** All seats are there and no others, and nothing is written any more. */
  void awaitSettled() {
    String name = ensemble.name();
    Await.until(
        "pods of the seats that are asked for",
        () ->
            ensemble.seats().size()
                == ensemble.ensembles().seats(name).values().stream()
                    .mapToInt(Integer::intValue)
                    .sum());
    ensemble.awaitReady();
    Await.stable("versions", () -> ensemble.ensembles().versions(name));
  }

  /** Name of the Deployment of a student's seats. */
  String seatDeployment(int student) {
    return ensemble.ensembles().deployments(ensemble.name()).stream()
        .map(one -> one.getMetadata().getName())
        .filter(name -> name.contains("-student-" + student + "-"))
        .findFirst()
        .orElseThrow();
  }

  /** Somebody adds a seat to a student; how long it took until that was undone. */
  Duration repairOf(int student) {
    String drifting = seatDeployment(student);
    long edited = System.nanoTime();
    ensemble.ensembles().edit(drifting, BurstyEnsemble::withOneMore);
    var drifted = deployments().await("two seats", edited, has(drifting, 2));
    return deployments().await("one seat", drifted.nanos(), has(drifting, 1)).after(edited);
  }

  /** Seats of all students together after each change of a Deployment, from a moment on. */
  List<Integer> totalsSince(long begin) {
    Map<String, Integer> now = new TreeMap<>();
    List<Integer> totals = new ArrayList<>();
    for (var moment : deployments().all()) {
      Deployment one = moment.value();
      if (isOfSeats(one)) {
        now.put(one.getMetadata().getName(), one.getSpec().getReplicas());
        int total = now.values().stream().mapToInt(Integer::intValue).sum();
        if (moment.nanos() >= begin && (totals.isEmpty() || !totals.getLast().equals(total))) {
          totals.add(total);
        }
      }
    }
    return totals;
  }

  /** All students answer. */
  static boolean isFull(ModelSignals model) {
    return model.getPrefix() == CALM_SEATS.size();
  }

  /** Whether a Deployment is one of seats. */
  static boolean isOfSeats(Deployment one) {
    return one.getMetadata().getLabels().containsKey(STUDENT);
  }

  /** A Deployment with one replica more. */
  static Deployment withOneMore(Deployment one) {
    one.getSpec().setReplicas(one.getSpec().getReplicas() + 1);
    return one;
  }

  /** Whether it is this Deployment, with so many replicas. */
  static Predicate<Deployment> has(String name, int replicas) {
    return one ->
        one.getMetadata().getName().equals(name) && one.getSpec().getReplicas() == replicas;
  }

  /** Whether a condition has this reason. */
  static Predicate<StudentEnsemble> is(ConditionType type, String reason) {
    return state ->
        state.getStatus() != null
            && Conditions.find(state.getStatus().conditions(), type)
                .map(condition -> condition.reason().equals(reason))
                .orElse(false);
  }

  @Override
  public void close() {
    signals.close();
    statuses.close();
    deployments.close();
    pods.close();
  }
}
