package dev.cohort.e2e;

import io.fabric8.kubeapitest.KubeAPIServer;
import io.fabric8.kubeapitest.KubeAPIServerConfigBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Kubernetes API server with its etcd, as processes of this machine: no nodes, no controllers, no
 * pods. The programs are those of the test cluster, from its cache folder; without them there is no
 * server.
 */
public final class ApiServer implements AutoCloseable {
  private static final String PLATFORM = "-linux-amd64";
  private static final int START_MILLIS = 120_000;

  private final KubeAPIServer server;
  private final KubernetesClient admin;

  private ApiServer(Path programs) {
    String folder = programs.getFileName().toString();
    server =
        new KubeAPIServer(
            KubeAPIServerConfigBuilder.anAPIServerConfig()
                .withTestDir(programs.getParent().getParent().toString())
                .withApiServerVersion(folder.substring(0, folder.length() - PLATFORM.length()))
                .withOfflineMode(true)
                .withUpdateKubeConfig(false)
                .withStartupTimeout(START_MILLIS)
                .build());
    server.start();
    admin =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(server.getKubeConfigYaml()))
            .build();
  }

  /** Starts one; empty where the programs are not built. */
  public static Optional<ApiServer> start() {
    return programs().map(ApiServer::new);
  }

  /** Whether the programs are there. */
  public static boolean isBuilt() {
    return programs().isPresent();
  }

  /** Where the programs are looked for. */
  public static Path folder() {
    String set = System.getenv("COHORT_CLUSTER_DIR");
    Path cluster =
        set == null
            ? Path.of(System.getProperty("user.home"), ".cache", "cohort-cluster")
            : Path.of(set);
    return cluster.resolve("kube-api-test").resolve("k8s");
  }

  /** A client that may do everything. */
  public KubernetesClient admin() {
    return admin;
  }

  @Override
  public void close() {
    admin.close();
    server.stop();
  }

  private static Optional<Path> programs() {
    if (!Files.isDirectory(folder())) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(folder())) {
      return versions
          .filter(version -> version.toString().endsWith(PLATFORM))
          .filter(version -> Files.isExecutable(version.resolve("kube-apiserver")))
          .max(Comparator.naturalOrder());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
