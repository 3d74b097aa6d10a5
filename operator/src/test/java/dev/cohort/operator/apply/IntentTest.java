package dev.cohort.operator.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class IntentTest {
  /** What somebody did to the stored object, and whether it still is what was wanted. */
  static Stream<Arguments> changes() {
    return Stream.of(
        change("nothing", true, pod -> pod),
        change("the server's defaults", true, pod -> pod.editSpec().withDnsPolicy("x").endSpec()),
        change(
            "quantities in the server's form",
            true,
            pod ->
                pod.editSpec()
                    .editFirstContainer()
                    .editResources()
                    .withRequests(Map.of("cpu", new Quantity("500m")))
                    .endResources()
                    .endContainer()
                    .endSpec()),
        change(
            "another container before ours",
            true,
            pod -> pod.editSpec().addToContainers(0, container("sidecar")).endSpec()),
        change(
            "another label", true, pod -> pod.editMetadata().addToLabels("a", "b").endMetadata()),
        change(
            "a label of ours",
            false,
            pod -> pod.editMetadata().addToLabels("app", "b").endMetadata()),
        change(
            "another image",
            false,
            pod -> pod.editSpec().editFirstContainer().withImage("x").endContainer().endSpec()),
        change(
            "another quantity",
            false,
            pod ->
                pod.editSpec()
                    .editFirstContainer()
                    .editResources()
                    .withRequests(Map.of("cpu", new Quantity("501m")))
                    .endResources()
                    .endContainer()
                    .endSpec()),
        change(
            "no container of ours",
            false,
            pod -> pod.editSpec().withContainers(container("sidecar")).endSpec()),
        change(
            "another intent",
            false,
            pod -> pod.editMetadata().addToAnnotations(Intent.DIGEST, "0").endMetadata()));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("changes")
  void seesWhatDiffers(String what, boolean met, UnaryOperator<PodBuilder> change) {
    Intent intent = Intent.of(pod());
    Pod stored = change.apply(new PodBuilder((Pod) intent.object())).build();
    assertEquals(met, intent.isMetBy(stored));
  }

  /** Only what is a quantity by its place is compared as one. */
  @Test
  void textsThatLookLikeQuantitiesAreTexts() {
    Intent intent =
        Intent.of(
            new ConfigMapBuilder().withNewMetadata().endMetadata().addToData("a", "1").build());
    assertEquals(
        false,
        intent.isMetBy(
            new ConfigMapBuilder()
                .withMetadata(intent.object().getMetadata())
                .addToData("a", "1000m")
                .build()));
  }

  private static Pod pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("p")
        .addToLabels("app", "a")
        .endMetadata()
        .withNewSpec()
        .withContainers(container("ours"))
        .endSpec()
        .build();
  }

  private static Container container(String name) {
    return new ContainerBuilder()
        .withName(name)
        .withImage("i")
        .withNewResources()
        .addToRequests("cpu", new Quantity("0.5"))
        .endResources()
        .build();
  }

  private static Arguments change(String what, boolean met, UnaryOperator<PodBuilder> change) {
    return Arguments.of(what, met, change);
  }
}
