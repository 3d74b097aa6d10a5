package dev.cohort.e2e;

import dev.cohort.e2e.cluster.Commands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The chart, and helm with settings of its own on the cluster of a kubeconfig. */
public final class Helm implements AutoCloseable {
  /** Folder of the chart. */
  public static final Path CHART = Path.of("..", "helm", "cohort");

  private final Path home;

  /**
   * @param kubeconfig as YAML
   */
  public Helm(String kubeconfig) {
    try {
      home = Files.createTempDirectory("cohort-helm");
      Files.writeString(home.resolve("kubeconfig"), kubeconfig);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the build of the tests has named helm. */
  public static boolean isBuilt() {
    return System.getenv("COHORT_HELM") != null;
  }

  /** Runs helm to its end; gives its standard output. */
  public String run(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add("env");
    for (String kind : List.of("CONFIG", "CACHE", "DATA")) {
      command.add("HELM_%s_HOME=%s".formatted(kind, home));
    }
    command.add("KUBECONFIG=" + home.resolve("kubeconfig"));
    command.add(System.getenv("COHORT_HELM"));
    command.addAll(List.of(arguments));
    return Commands.run(command.toArray(String[]::new));
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
