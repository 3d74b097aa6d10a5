package dev.cohort.e2e.cluster;

import dev.cohort.e2e.Await;
import dev.cohort.e2e.Helm;
import dev.cohort.security.NewToken;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/**
 * The images of this build on the cluster and the chart installed from them, with operators that
 * serve all namespaces: one for all tests of a run. {@link ClusterExtension} makes it when the
 * first test asks for it.
 */
public final class Installation implements AutoCloseable {
  /** Name of the release and of what it makes. */
  public static final String RELEASE = "cohort";

  /** Name of the operators' Deployment and Lease. */
  public static final String OPERATOR = "cohort-operator";

  private static final String SIGNALS = "cohort-signals";

  /** Values with which it is installed. */
  public static final List<String> VALUES =
      List.of(
          "--set",
          "watch.scope=All,imageVolumes=Always,crds.keep=false,resources.requests.cpu=20m,"
              + "signals.tokenSecret.name="
              + SIGNALS);

  private static final Set<String> OF_REPLICAS =
      Set.of("deployments", "deployments/scale", "studentensembles", "studentensembles/scale");

  private static final int METRICS = 8080;
  private static final String ARCHIVE =
      System.getProperty("os.arch").equals("aarch64") ? "-arm64.tar" : "-amd64.tar";

  private final Cluster cluster = new Cluster();
  private final NewToken token = NewToken.of("operator");
  private final Helm helm;
  private final String namespace;
  private final Duration untilReady;

  Installation() {
    Path images = images();
    try {
      helm = new Helm(Files.readString(Path.of(System.getenv("KUBECONFIG"))));
      load(images);
      namespace = cluster.namespace("cohort-system");
      cluster.secret(namespace, SIGNALS, Map.of("token", token.token()));
      long begin = System.nanoTime();
      helm("install");
      awaitReady();
      untilReady = Duration.ofNanos(System.nanoTime() - begin);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the operators are. */
  public String namespace() {
    return namespace;
  }

  /** What it runs on, with more rights than the operators have. */
  public Cluster cluster() {
    return cluster;
  }

  /** For the tokens of an ensemble: the line of the operators, which need signals from it. */
  public String tokenLine() {
    return token.line();
  }

  /** From the call of helm, with all images on the node, until all operators were available. */
  public Duration untilReady() {
    return untilReady;
  }

  /**
   * Runs helm on the release: {@code install}, {@code upgrade} with more arguments. Values are
   * those of {@link #VALUES} and those among the arguments.
   */
  public String helm(String verb, String... more) {
    return helm(Helm.CHART, verb, more);
  }

  /** The same with another chart of the same name. */
  public String helm(Path chart, String verb, String... more) {
    List<String> arguments = new ArrayList<>(List.of(verb, RELEASE));
    arguments.add(chart.toString());
    arguments.addAll(List.of("--namespace", namespace));
    arguments.addAll(VALUES);
    arguments.addAll(List.of(more));
    return helm.run(arguments.toArray(String[]::new));
  }

  /** Runs the release's own tests. */
  public String helmTest() {
    return helm.run("test", RELEASE, "--namespace", namespace, "--timeout", "110s", "--logs");
  }

  /** Waits until all operators are available and no other is left. */
  public void awaitReady() {
    Await.until("all operators are available", Cluster.DEADLINE.multipliedBy(2), this::isReady);
  }

  private boolean isReady() {
    var deployment =
        cluster.client().apps().deployments().inNamespace(namespace).withName(OPERATOR).get();
    int wanted = deployment.getSpec().getReplicas();
    var status = deployment.getStatus();
    return status.getObservedGeneration() != null
        && status.getObservedGeneration().equals(deployment.getMetadata().getGeneration())
        && Optional.ofNullable(status.getUpdatedReplicas()).orElse(0) == wanted
        && Optional.ofNullable(status.getReplicas()).orElse(0) == wanted
        && Optional.ofNullable(status.getAvailableReplicas()).orElse(0) == wanted;
  }

  /** Who leads: the name of a pod, as the Lease says. */
  public String leader() {
    return cluster
        .client()
        .leases()
        .inNamespace(namespace)
        .withName(OPERATOR)
        .get()
        .getSpec()
        .getHolderIdentity();
  }

  /** The operators. */
  public List<Pod> pods() {
    return cluster
        .client()
        .pods()
        .inNamespace(namespace)
        .withLabel("app.kubernetes.io/component", "operator")
        .list()
        .getItems();
  }

  /** The operator that leads. */
  public Pod leading() {
    return cluster.client().pods().inNamespace(namespace).withName(leader()).get();
  }

  /** What the operator that leads says of itself: its metrics. */
  public String metrics() {
    return HelloPod.ask(cluster.reach(leading(), METRICS), "metrics");
  }

  /** What the operators have written until now. */
  public String logs() {
    return pods().stream()
        .map(pod -> cluster.client().pods().resource(pod).getLog())
        .collect(Collectors.joining());
  }

  /** What the operators have asked the API server for, but for the election. */
  public List<AuditLog.Entry> asked(AuditLog log) {
    return log.of(namespace, OPERATOR).stream().filter(entry -> !entry.isOfLease()).toList();
  }

  /** What of it was to change something. */
  public List<AuditLog.Entry> writes(AuditLog log) {
    return asked(log).stream().filter(AuditLog.Entry::isWrite).toList();
  }

  /** What of it was about seats: about whatever has a number of them. */
  public List<AuditLog.Entry> replicaWrites(AuditLog log) {
    return writes(log).stream().filter(entry -> OF_REPLICAS.contains(entry.resource())).toList();
  }

  @Override
  public void close() throws IOException {
    try (cluster;
        helm) {
      helm.run("uninstall", RELEASE, "--namespace", namespace, "--wait");
    }
  }

  private static Path images() {
    String folder = System.getenv("COHORT_IMAGES");
    if (folder == null) {
      String reason = System.getenv("COHORT_IMAGES_SKIPPED");
      throw new TestAbortedException(
          "skipped: "
              + (reason == null
                  ? "COHORT_IMAGES names no folder with the images of this build; see ./cohort e2e"
                  : reason));
    }
    return Path.of(folder);
  }

  private void load(Path images) throws IOException {
    try (Stream<Path> archives = Files.list(images)) {
      archives.filter(file -> file.toString().endsWith(ARCHIVE)).sorted().forEach(cluster::load);
    }
    Path folder = Files.createTempDirectory("cohort-packages");
    for (Packages each : Packages.values()) {
      cluster.load(each.archive(folder));
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(Installation::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
