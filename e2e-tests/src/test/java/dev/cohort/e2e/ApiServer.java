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
  private static final int START_MILLIS = 120_000;

  private final Path work;
  private final KubeAPIServer server;
  private final KubernetesClient admin;

  /**
   * The server writes certificates beside its programs: links to them are in a folder of its own.
   */
  private ApiServer(Path programs) throws IOException {
    String version = Files.readString(programs.resolve("version")).strip();
    work = Files.createTempDirectory("cohort-api-server");
    Path versions = Files.createDirectories(work.resolve("k8s"));
    Files.createSymbolicLink(versions.resolve(version + platform()), programs.resolve("bin"));
    server =
        new KubeAPIServer(
            KubeAPIServerConfigBuilder.anAPIServerConfig()
                .withTestDir(work.toString())
                .withApiServerVersion(version)
                .withOfflineMode(true)
                .withUpdateKubeConfig(false)
                .withStartupTimeout(START_MILLIS)
                .withApiServerFlag("--audit-log-path", auditLog().toString())
                .withApiServerFlag("--audit-policy-file", auditPolicy().toString())
                .build());
    server.start();
    admin =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(server.getKubeConfigYaml()))
            .build();
  }

  /** Starts one; empty where the programs are not built. */
  public static Optional<ApiServer> start() {
    if (!isBuilt()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new ApiServer(programs()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the programs are there. */
  public static boolean isBuilt() {
    return Files.isExecutable(programs().resolve("bin").resolve("kube-apiserver"))
        && Files.isReadable(programs().resolve("version"));
  }

  /** Where the test cluster's programs are: {@code bin/}, {@code images/}, {@code version}. */
  public static Path programs() {
    String set = System.getenv("COHORT_CLUSTER_DIR");
    return set != null
        ? Path.of(set)
        : Path.of(System.getProperty("user.home"), ".cache", "cohort", "cluster");
  }

  /** How programs find it, as somebody who may do everything. */
  public String kubeconfig() {
    return server.getKubeConfigYaml();
  }

  /** Where all requests are written down, without their bodies. */
  public Path auditLog() {
    return work.resolve("audit.log");
  }

  /** A client that may do everything. */
  public KubernetesClient admin() {
    return admin;
  }

  @Override
  public void close() {
    admin.close();
    server.stop();
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Watches when they begin, everything else when it has ended. */
  private Path auditPolicy() throws IOException {
    return Files.writeString(
        work.resolve("audit.yaml"),
        """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived]
        rules: [{level: Metadata}]
        """);
  }

  private static String platform() {
    return System.getProperty("os.arch").equals("aarch64") ? "-linux-arm64" : "-linux-amd64";
  }
}
