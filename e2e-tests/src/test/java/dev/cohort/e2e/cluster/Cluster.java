package dev.cohort.e2e.cluster;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.opentest4j.TestAbortedException;

/**
 * A Kubernetes cluster with real pods, for one test: the one that KUBECONFIG names, which is the
 * project's own under {@code ./cohort e2e}. {@link ClusterExtension} makes it and closes it; what
 * the test has created through {@link #namespace} goes with it. For the thread of the test.
 */
public final class Cluster implements AutoCloseable {
  /** How long a test waits at most for what a cluster does in seconds. */
  public static final Duration DEADLINE = Duration.ofSeconds(60);

  private static final Duration DELETION = Duration.ofSeconds(90);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int ANY = 0;
  private static final Map<String, String> RESTRICTED =
      Map.of(
          "pod-security.kubernetes.io/enforce", "restricted",
          "pod-security.kubernetes.io/warn", "restricted",
          "pod-security.kubernetes.io/audit", "restricted");

  private static final int SUFFIX = 5;

  private final KubernetesClient client = new KubernetesClientBuilder().build();
  private final List<String> namespaces = new ArrayList<>();
  private final Deque<LocalPortForward> forwards = new ArrayDeque<>();

  /** Why there is no cluster; empty if there is one. */
  public static Optional<String> obstacle() {
    if (System.getenv("KUBECONFIG") != null) {
      return Optional.empty();
    }
    String reason = System.getenv("COHORT_CLUSTER_SKIPPED");
    return Optional.of(
        "skipped: " + (reason == null ? "KUBECONFIG is not set; see ./cohort e2e" : reason));
  }

  /** A client that may do everything. */
  public KubernetesClient client() {
    return client;
  }

  /** The names of the namespaces of this test. */
  public List<String> namespaces() {
    return List.copyOf(namespaces);
  }

  /**
   * Creates a namespace that admits what the standard "restricted" of Pod Security allows. Its name
   * begins with {@code prefix}.
   */
  public String namespace(String prefix) {
    return namespace(prefix, RESTRICTED);
  }

  /** Creates a namespace with these labels; its name begins with {@code prefix}. */
  public String namespace(String prefix, Map<String, String> labels) {
    String name = prefix + "-" + UUID.randomUUID().toString().substring(0, SUFFIX);
    Namespace namespace =
        new NamespaceBuilder()
            .withNewMetadata()
            .withName(name)
            .withLabels(labels)
            .endMetadata()
            .build();
    client.resource(namespace).create();
    namespaces.add(name);
    // Else the first pod may come before it and be refused.
    client
        .serviceAccounts()
        .inNamespace(name)
        .withName("default")
        .waitUntilCondition(account -> account != null, DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    return name;
  }

  /** Creates a Secret with these texts, or replaces it. */
  public void secret(String namespace, String name, Map<String, String> content) {
    client
        .resource(
            new SecretBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withStringData(content)
                .build())
        .serverSideApply();
  }

  /** Waits until the pod is Ready. */
  public Pod awaitReady(Pod pod) {
    return client.resource(pod).waitUntilReady(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Where this JVM reaches a port of a pod. */
  public InetSocketAddress reach(Pod pod, int port) {
    if (OwnCluster.isUp()) {
      String address = client.resource(pod).get().getStatus().getPodIP();
      return new InetSocketAddress(address, port);
    }
    return forwarded(client.pods().resource(pod).portForward(port, LOOPBACK, ANY));
  }

  /** Where this JVM reaches a port of a service. */
  public InetSocketAddress reach(Service service, int port) {
    if (OwnCluster.isUp()) {
      String address = client.resource(service).get().getSpec().getClusterIP();
      return new InetSocketAddress(address, port);
    }
    return forwarded(client.services().resource(service).portForward(port, LOOPBACK, ANY));
  }

  /**
   * Makes the images of an archive known to the nodes. On a cluster that is not the project's own
   * the command {@code COHORT_CLUSTER_LOAD} does it, which gets the archive's path; without it the
   * test is skipped.
   */
  public void load(Path archive) {
    if (OwnCluster.isUp()) {
      own().load(archive);
      return;
    }
    String command = System.getenv("COHORT_CLUSTER_LOAD");
    if (command == null) {
      throw new TestAbortedException(
          "skipped: COHORT_CLUSTER_LOAD names no command that loads an image into this cluster");
    }
    Commands.run(command, archive.toString());
  }

  /** The programs of the cluster; on one that is not the project's own the test is skipped. */
  public OwnCluster own() {
    if (!OwnCluster.isUp()) {
      throw new TestAbortedException(
          "skipped: KUBECONFIG names a cluster whose programs a test cannot reach");
    }
    return new OwnCluster();
  }

  /** Deletes the namespaces and waits until their pods are gone. */
  @Override
  public void close() throws IOException {
    while (!forwards.isEmpty()) {
      forwards.pop().close();
    }
    for (String name : namespaces) {
      client.namespaces().withName(name).delete();
    }
    for (String name : namespaces) {
      client
          .pods()
          .inNamespace(name)
          .informOnCondition(List::isEmpty)
          .orTimeout(DELETION.toSeconds(), TimeUnit.SECONDS)
          .join();
    }
    client.close();
  }

  private InetSocketAddress forwarded(LocalPortForward forward) {
    forwards.push(forward);
    return new InetSocketAddress(LOOPBACK, forward.getLocalPort());
  }
}
