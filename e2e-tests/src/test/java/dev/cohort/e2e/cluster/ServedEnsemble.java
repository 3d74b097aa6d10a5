package dev.cohort.e2e.cluster;

import dev.cohort.crds.Condition;
import dev.cohort.crds.ConditionType;
import dev.cohort.crds.Conditions;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.e2e.Await;
import dev.cohort.e2e.Ensembles;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.readiness.Readiness;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One ensemble with real pods, and the ways to it. Thread-safe. */
public final class ServedEnsemble {
  /** Enough for pods of this build to start on a busy machine. */
  public static final Duration START = Duration.ofMinutes(5);

  /**
   * Smaller requests than the defaults, so that several ensembles fit on two cores; to be put into
   * a spec beside {@code package} and what else it says of seats and aggregators.
   */
  public static final String SMALL =
      "seats: {resources: {requests: {cpu: 20m, memory: 256Mi}}}, aggregator: {resources:"
          + " {requests: {cpu: 20m, memory: 256Mi}}}";

  /** One seat and one aggregator with small requests, to be put beside {@code package} as well. */
  public static final String SINGLE =
      "seats: {resources: {requests: {cpu: 20m, memory: 256Mi}}}, aggregator: {replicas: 1,"
          + " resources: {requests: {cpu: 20m, memory: 256Mi}}}, scaling: {mode: 'Off', minSeats:"
          + " 1}";

  private static final int GRPC = 8001;
  private static final int HTTP = 8000;
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final Cluster cluster;
  private final Ensembles ensembles;
  private final String namespace;
  private final String name;

  private ServedEnsemble(Cluster cluster, String namespace, String name) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.name = name;
    this.ensembles = new Ensembles(cluster.client(), namespace);
  }

  /**
   * Creates it; returns at once.
   *
   * @param spec YAML without the outer braces
   */
  public static ServedEnsemble create(Cluster cluster, String namespace, String name, String spec) {
    ServedEnsemble created = new ServedEnsemble(cluster, namespace, name);
    created.ensembles.createFrom(name, spec);
    return created;
  }

  /** Creates one of a package's image, with small requests. */
  public static ServedEnsemble create(
      Cluster cluster, String namespace, String name, Packages source) {
    return create(cluster, namespace, name, "%s, %s".formatted(of(source), SMALL));
  }

  /** The part of a spec that names a package. */
  public static String of(Packages source) {
    return "package: {image: {reference: '%s'}}".formatted(source.image());
  }

  /** All of its namespace, for what is not here. */
  public Ensembles ensembles() {
    return ensembles;
  }

  /** Its namespace. */
  public String namespace() {
    return namespace;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** What is stored of it. */
  public StudentEnsemble resource() {
    return ensembles.ensemble(name);
  }

  /** Changes it: a JSON merge patch. */
  public void patch(String patch) {
    ensembles.patch(name, patch);
  }

  /** {@code True: Reason}, or nothing. */
  public String condition(ConditionType type) {
    return ensembles.condition(name, type);
  }

  /** What a condition says in words, or nothing. */
  public String message(ConditionType type) {
    return Optional.ofNullable(resource().getStatus())
        .flatMap(status -> Conditions.find(status.conditions(), type))
        .map(Condition::message)
        .orElse("");
  }

  /** Waits until a condition begins with this: {@code True}, or {@code False: Reason}. */
  public void awaitCondition(ConditionType type, String wanted) {
    Await.until(
        "%s is %s".formatted(type.value(), wanted),
        START,
        () -> condition(type).startsWith(wanted));
  }

  /** Waits until it is Ready as its spec says now. */
  public void awaitReady() {
    Await.until(name + " is Ready", START, this::isReady);
  }

  /** Whether it is Ready as its spec says now. */
  public boolean isReady() {
    return ensembles.isReady(name);
  }

  /** Waits until it is Ready, and all pods that it is to have are, and none is on its way out. */
  public void awaitWhole() {
    awaitReady();
    Await.until(
        "all pods of %s are ready and none is leaving".formatted(name), START, this::isWhole);
    awaitCondition(ConditionType.DEGRADED, "False");
  }

  private boolean isWhole() {
    int wanted = ensembles.seats(name).values().stream().mapToInt(Integer::intValue).sum();
    List<Pod> seats = seats();
    List<Pod> aggregators = aggregators();
    return seats.size() == wanted
        && aggregators.size() == resource().getSpec().aggregator().replicas()
        && Stream.concat(seats.stream(), aggregators.stream()).allMatch(ServedEnsemble::serves);
  }

  /** Whether it is ready and not on its way out. */
  static boolean serves(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() == null && Readiness.isPodReady(pod);
  }

  /** Its pods that hold students, in the order of names. */
  public List<Pod> seats() {
    return ensembles.pods(name, "student");
  }

  /** Its pods that clients talk to, in the order of names. */
  public List<Pod> aggregators() {
    return ensembles.pods(name, "aggregator");
  }

  /** How often each of its pods was started again, by name. */
  public Map<String, Integer> restarts() {
    return Stream.concat(seats().stream(), aggregators().stream())
        .collect(
            Collectors.toMap(
                pod -> pod.getMetadata().getName(),
                pod -> pod.getStatus().getContainerStatuses().getFirst().getRestartCount()));
  }

  /** Where clients find it, as soon as there is an address. */
  public InetSocketAddress grpc() {
    return cluster.reach(service(), GRPC);
  }

  /** Where clients of HTTP find it. */
  public InetSocketAddress http() {
    return cluster.reach(service(), HTTP);
  }

  /** Begins to ask for answers; each has 5 seconds. */
  public Prober probe(int perSecond) {
    return Prober.start(grpc(), perSecond, DEADLINE);
  }

  private Service service() {
    return Await.value(
        "the Service of " + name,
        () ->
            Optional.ofNullable(
                cluster.client().services().inNamespace(namespace).withName(name).get()));
  }
}
