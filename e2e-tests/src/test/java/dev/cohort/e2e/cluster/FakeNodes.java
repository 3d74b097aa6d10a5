package dev.cohort.e2e.cluster;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * Nodes that do not exist, whose pods become Ready without running: KWOK plays their kubelets. Pods
 * get there by {@link #SELECTOR} and by tolerating {@link #TAINT}. Closing it deletes the nodes and
 * ends KWOK; the pods must be gone before, as nobody else ends them. For one thread.
 */
final class FakeNodes implements AutoCloseable {
  /** The label and the value of these nodes. */
  static final Map<String, String> SELECTOR = Map.of("type", "kwok");

  /** The key of the taint that keeps other pods away. */
  static final String TAINT = "kwok.x-k8s.io/node";

  /** Where the pods' addresses are from. */
  static final String ADDRESSES = "10.200.0.0/16";

  private static final long END_SECONDS = 10;

  private final KubernetesClient client;
  private final Process kwok;

  private FakeNodes(KubernetesClient client, Process kwok) {
    this.client = client;
    this.kwok = kwok;
  }

  /**
   * Starts KWOK; without its program the test is skipped.
   *
   * @param log where its output goes
   */
  static FakeNodes start(Cluster cluster, Path log) throws IOException {
    String program = System.getenv("COHORT_KWOK");
    if (program == null) {
      String reason = System.getenv("COHORT_KWOK_SKIPPED");
      throw new TestAbortedException(
          "skipped: " + (reason == null ? "COHORT_KWOK does not name the program kwok" : reason));
    }
    Files.createDirectories(log.getParent());
    Process kwok =
        new ProcessBuilder(
                program,
                "--config=" + Path.of(program).resolveSibling("stages.yaml"),
                "--kubeconfig=" + System.getenv("KUBECONFIG"),
                "--manage-all-nodes=false",
                "--manage-nodes-with-annotation-selector=" + TAINT + "=fake",
                "--node-lease-duration-seconds=40",
                "--cidr=" + ADDRESSES,
                "--node-ip=10.98.0.1")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new FakeNodes(cluster.client(), kwok);
  }

  /** Adds nodes that have this much of everything each, and waits until they are Ready. */
  void add(int count, Map<String, Quantity> capacity) {
    for (int i = 0; i < count; i++) {
      client.resource(node("fake-" + i, capacity)).create();
    }
    for (int i = 0; i < count; i++) {
      client
          .nodes()
          .withName("fake-" + i)
          .waitUntilReady(Cluster.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    client.nodes().withLabels(SELECTOR).delete();
    kwok.destroy();
    try {
      if (!kwok.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        kwok.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kwok.destroyForcibly();
    }
  }

  private static Node node(String name, Map<String, Quantity> capacity) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName(name)
        .addToAnnotations(TAINT, "fake")
        .addToLabels(SELECTOR)
        .addToLabels("kubernetes.io/hostname", name)
        .addToLabels("kubernetes.io/os", "linux")
        .endMetadata()
        .withNewSpec()
        .addNewTaint()
        .withKey(TAINT)
        .withValue("fake")
        .withEffect("NoSchedule")
        .endTaint()
        .endSpec()
        .withNewStatus()
        .withCapacity(capacity)
        .withAllocatable(capacity)
        .endStatus()
        .build();
  }
}
