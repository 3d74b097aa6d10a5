package dev.cohort.e2e.cluster;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** What a cluster says of the namespaces of a test that has failed. */
final class FailureReport {
  private static final int LOG_LINES = 2_000;

  private final KubernetesClient client;
  private final Path folder;

  private FailureReport(KubernetesClient client, Path folder) {
    this.client = client;
    this.folder = folder;
  }

  /** Writes {@code target/cluster/TEST-CLASS/TEST/}: a folder for each namespace. */
  static void write(Cluster cluster, String testClass, String test) {
    Path folder = Path.of("target", "cluster", testClass, test.replaceAll("[^A-Za-z0-9-]+", "-"));
    for (String namespace : cluster.namespaces()) {
      try {
        Path own = Files.createDirectories(folder.resolve(namespace));
        new FailureReport(cluster.client(), own).write(namespace);
      } catch (IOException | KubernetesClientException e) {
        System.err.println("no report of " + namespace + ": " + e);
      }
    }
  }

  private void write(String namespace) throws IOException {
    Files.writeString(
        folder.resolve("events.yaml"),
        Serialization.asYaml(client.v1().events().inNamespace(namespace).list().getItems()));
    Files.writeString(
        folder.resolve("ensembles.yaml"),
        Serialization.asYaml(
            client
                .genericKubernetesResources("cohort.dev/v1alpha1", "StudentEnsemble")
                .inNamespace(namespace)
                .list()
                .getItems()));
    Files.writeString(
        folder.resolve("deployments.yaml"),
        Serialization.asYaml(client.apps().deployments().inNamespace(namespace).list().getItems()));
    for (Pod pod : client.pods().inNamespace(namespace).list().getItems()) {
      write(pod);
    }
  }

  private void write(Pod pod) throws IOException {
    String name = pod.getMetadata().getName();
    Files.writeString(folder.resolve(name + ".yaml"), Serialization.asYaml(pod));
    for (Container container : pod.getSpec().getContainers()) {
      String file = name + "." + container.getName();
      var source = client.pods().resource(pod).inContainer(container.getName());
      Files.writeString(
          folder.resolve(file + ".log"), log(() -> source.tailingLines(LOG_LINES).getLog()));
      Files.writeString(
          folder.resolve(file + ".previous.log"),
          log(() -> source.terminated().tailingLines(LOG_LINES).getLog()));
    }
  }

  /** A container that has not run has no log. */
  private static String log(Supplier<String> source) {
    try {
      return source.get();
    } catch (KubernetesClientException e) {
      return e.getMessage();
    }
  }
}
