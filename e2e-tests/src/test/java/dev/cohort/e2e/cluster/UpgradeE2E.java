package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.cohort.crds.ConditionType;
import dev.cohort.e2e.Await;
import dev.cohort.e2e.Helm;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Operators and definition are replaced, forth and back, and the ensembles do not notice. */
@Tag("B")
@ExtendWith(ClusterExtension.class)
final class UpgradeE2E {
  private static final String FIELD = "tomorrow";
  private static final String ROUND = "example.org/round";

  private ServedEnsemble ensemble;
  private Cluster cluster;

  @Test
  void ensemblesServeThroughAnUpgradeAndBack(
      Cluster own, Installation installation, @TempDir Path folder) throws IOException {
    cluster = own;
    ensemble =
        ServedEnsemble.create(
            cluster,
            cluster.namespace("upgrade"),
            "kept",
            "%s, %s".formatted(ServedEnsemble.of(Packages.DEMO), ServedEnsemble.SINGLE));
    Path newer = newerChart(folder.resolve("cohort"));
    ensemble.awaitWhole();
    Map<String, Integer> pods = ensemble.restarts();
    UnderLoad.of(
        ensemble,
        "upgrade",
        prober -> {
          try {
            upgrade("values", installation, Helm.CHART, "--set", "logLevel=DEBUG,replicas=1");
            upgrade("definition", installation, newer);
            ensemble.patch("{\"spec\": {\"%s\": \"sunny\"}}".formatted(FIELD));
            assertEquals("sunny", stored().get("spec", FIELD));
          } finally {
            upgrade("back", installation, Helm.CHART);
          }
        });
    assertFalse(((Map<?, ?>) stored().get("spec")).containsKey(FIELD), "a field of tomorrow");
    assertEquals(pods, ensemble.restarts());
  }

  private void upgrade(String round, Installation installation, Path chart, String... values) {
    long begin = System.nanoTime();
    installation.helm(chart, "upgrade", values);
    installation.awaitReady();
    awaitRight(round);
    Figures.note("upgrade." + round, Duration.ofNanos(System.nanoTime() - begin));
  }

  /** Whoever leads now brings about what is asked for, and says so. */
  private void awaitRight(String round) {
    ensemble.patch(
        "{\"spec\": {\"aggregator\": {\"service\": {\"annotations\": {\"%s\": \"%s\"}}}}}"
            .formatted(ROUND, round));
    Await.until(
        "the annotation of the Service",
        ServedEnsemble.START,
        () -> round.equals(service().getMetadata().getAnnotations().get(ROUND)));
    ensemble.awaitReady();
    ensemble.awaitCondition(ConditionType.METRICS_AVAILABLE, "True");
  }

  private Service service() {
    return cluster
        .client()
        .services()
        .inNamespace(ensemble.namespace())
        .withName(ensemble.name())
        .get();
  }

  private GenericKubernetesResource stored() {
    return cluster
        .client()
        .genericKubernetesResources("cohort.dev/v1alpha1", "StudentEnsemble")
        .inNamespace(ensemble.namespace())
        .withName(ensemble.name())
        .get();
  }

  /** This chart as a later version, whose definition has one more field. */
  private static Path newerChart(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(Helm.CHART)) {
      files.forEach(file -> copy(file, folder.resolve(Helm.CHART.relativize(file))));
    }
    Path about = folder.resolve("Chart.yaml");
    Files.writeString(
        about, Files.readString(about).replaceFirst("(?m)^version: .*$", "version: 99.0.0"));
    Path file = folder.resolve("files").resolve("studentensembles.cohort.dev.yaml");
    ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
    ObjectNode definition = (ObjectNode) yaml.readTree(file.toFile());
    ((ObjectNode)
            definition.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties"))
        .putObject(FIELD)
        .put("type", "string")
        .put("maxLength", 16);
    yaml.writeValue(file.toFile(), definition);
    return folder;
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
