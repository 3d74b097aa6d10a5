package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cohort.crds.Condition;
import dev.cohort.crds.ConditionReason;
import dev.cohort.crds.ConditionStatus;
import dev.cohort.crds.ConditionType;
import dev.cohort.crds.PrefixStatus;
import dev.cohort.crds.ScalingMode;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.crds.StudentEnsembleStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.autoscaling.v1.Scale;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The definition of StudentEnsemble on a real API server. */
@EnabledIf(
    value = "dev.cohort.e2e.ApiServer#isBuilt",
    disabledReason =
        "skipped: the programs of the test cluster are not built (./cohort cluster programs)")
final class StudentEnsembleDefinitionIT {
  private static final String NAMESPACE = "default";
  private static final PatchContext APPLY =
      new PatchContext.Builder()
          .withPatchType(PatchType.SERVER_SIDE_APPLY)
          .withFieldManager("cohort-test")
          .build();
  private static final Path RELEASED = Path.of("..", "crds", "released", "v1alpha1.yaml");

  private static ApiServer server;
  private static KubernetesClient client;

  /** The released definition first, an object of it, then the present one in its place. */
  @BeforeAll
  static void start() throws Exception {
    server = ApiServer.start().orElseThrow();
    client = server.admin();
    try (InputStream released = Files.newInputStream(RELEASED)) {
      define(released);
    }
    create("stored-before", "paused: false");
    try (InputStream present =
        StudentEnsemble.class.getResourceAsStream(StudentEnsemble.DEFINITION)) {
      define(present);
    }
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  static List<Corpus.Entry> accepted() {
    return Corpus.accepted();
  }

  /** As Java writes them too: there quantities are texts. */
  static List<Corpus.Entry> written() {
    return Corpus.accepted().stream()
        .filter(entry -> !entry.name().equals("quantities-as-numbers.yaml"))
        .toList();
  }

  static List<Corpus.Entry> rejected() {
    return Corpus.rejected();
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void accepts(Corpus.Entry entry) {
    Resource<GenericKubernetesResource> resource = resource(entry);
    String first = version(resource.patch(APPLY));
    assertEquals(first, version(resource.patch(APPLY)), "applied twice");
  }

  /** Reading an object into the Java types and writing it back changes nothing. */
  @ParameterizedTest
  @MethodSource("written")
  void javaTypesLoseNothing(Corpus.Entry entry) {
    Resource<GenericKubernetesResource> resource = resource(entry);
    GenericKubernetesResource before = resource.patch(APPLY);
    client.resource(ensemble(before.getMetadata().getName()).get()).update();
    GenericKubernetesResource after = resource.get();
    assertEquals(before.<Object>get("spec"), after.<Object>get("spec"));
    assertEquals(before.getMetadata().getGeneration(), after.getMetadata().getGeneration());
  }

  @ParameterizedTest
  @MethodSource("rejected")
  void rejects(Corpus.Entry entry) {
    KubernetesClientException refused =
        assertThrows(
            KubernetesClientException.class,
            () -> resource(entry).fieldValidation(Validation.STRICT).create());
    assertEquals(entry.refusal(), refused.getStatus().getMessage());
  }

  @Test
  void thereAreEnough() {
    assertTrue(Corpus.accepted().size() >= 20 && Corpus.rejected().size() >= 40);
  }

  @Test
  void keepsObjectsOfTheReleasedDefinition() {
    Resource<StudentEnsemble> stored = ensemble("stored-before");
    assertEquals(ScalingMode.AUTO, stored.get().getSpec().scaling().mode());
    StudentEnsemble changed = stored.get();
    changed.getMetadata().setLabels(Map.of("touched", "yes"));
    client.resource(changed).update();
    assertEquals(Map.of("touched", "yes"), stored.get().getMetadata().getLabels());
  }

  @Test
  void scalesThroughTheSubresourceWithinTheBounds() {
    create("scaled", "scaling: {mode: External, maxSeats: 8}");
    scale("scaled", 5);
    assertEquals(5, ensemble("scaled").get().getSpec().replicas());
    KubernetesClientException refused =
        assertThrows(KubernetesClientException.class, () -> scale("scaled", 9));
    assertEquals(
        "StudentEnsemble.cohort.dev \"scaled\" is invalid: spec.replicas: Invalid value:"
            + " \"object\": 9 is above scaling.maxSeats, 8",
        refused.getStatus().getMessage());
  }

  @Test
  void statusIsWrittenApart() {
    assertNull(create("reported", "paused: false").getStatus());
    StudentEnsemble report = new StudentEnsemble();
    report.setMetadata(
        new ObjectMetaBuilder().withName("reported").withNamespace(NAMESPACE).build());
    report.setStatus(status(Instant.parse("2026-01-01T10:00:00Z")));
    StudentEnsemble written = client.resource(report).subresource("status").patch(APPLY);
    assertEquals(report.getStatus(), written.getStatus());
    assertEquals(1, written.getMetadata().getGeneration());
    assertEquals(3, ensemble("reported").scale().getStatus().getReplicas());
    assertEquals(
        "cohort.dev/ensemble=reported", ensemble("reported").scale().getStatus().getSelector());
    String again = version(client.resource(report).subresource("status").patch(APPLY));
    assertEquals(version(written), again, "applied twice");
  }

  @Test
  void showsColumns() throws Exception {
    create("listed", "regime: Dedicated");
    StudentEnsemble report = new StudentEnsemble();
    report.setMetadata(new ObjectMetaBuilder().withName("listed").withNamespace(NAMESPACE).build());
    report.setStatus(status(Instant.parse("2026-01-01T10:00:00Z")));
    client.resource(report).subresource("status").patch(APPLY);
    JsonNode table = Serialization.unmarshal(table("listed"), JsonNode.class);
    assertEquals(
        List.of("Name", "Ready", "Prefix", "Seats", "Reason", "Age", "Mode", "Regime", "Package"),
        table.path("columnDefinitions").findValuesAsText("name"));
    JsonNode cells = table.at("/rows/0/cells");
    assertEquals("True", cells.path(1).asText());
    assertEquals("3/4", cells.path(2).asText());
    assertEquals(ConditionReason.SERVING.value(), cells.path(4).asText());
    assertEquals("Dedicated", cells.path(7).asText());
  }

  /** The answer that kubectl asks for. */
  private static String table(String name) throws Exception {
    HttpClient http = client.getHttpClient();
    HttpRequest request =
        http.newHttpRequestBuilder()
            .uri(
                "%sapis/cohort.dev/v1alpha1/namespaces/%s/studentensembles/%s"
                    .formatted(client.getMasterUrl(), NAMESPACE, name))
            .header("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
            .build();
    return http.sendAsync(request, String.class).get(30, TimeUnit.SECONDS).body();
  }

  private static StudentEnsembleStatus status(Instant now) {
    Condition ready =
        Condition.of(
            ConditionType.READY,
            ConditionStatus.TRUE,
            ConditionReason.SERVING.value(),
            "3 of 4 students answer",
            1,
            now);
    return new StudentEnsembleStatus(
        1L,
        List.of(ready),
        new PrefixStatus(3, 1, 4, 2, 4, "3/4"),
        List.of(),
        null,
        null,
        null,
        null,
        3,
        "cohort.dev/ensemble=reported");
  }

  private static void define(InputStream definition) {
    Resource<CustomResourceDefinition> resource =
        client.apiextensions().v1().customResourceDefinitions().load(definition);
    resource.patch(APPLY);
    resource.waitUntilCondition(StudentEnsembleDefinitionIT::isEstablished, 60, TimeUnit.SECONDS);
  }

  private static boolean isEstablished(CustomResourceDefinition definition) {
    return definition != null
        && definition.getStatus() != null
        // The API server says null where there are none yet.
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("Established")
                        && condition.getStatus().equals("True"));
  }

  private static StudentEnsemble create(String name, String field) {
    String yaml =
        """
        metadata: {name: %s, namespace: %s}
        spec:
          package: {persistentVolumeClaim: {claimName: packages}}
          %s
        """
            .formatted(name, NAMESPACE, field);
    return client.resource(Serialization.unmarshal(yaml, StudentEnsemble.class)).create();
  }

  private static Resource<StudentEnsemble> ensemble(String name) {
    return client.resources(StudentEnsemble.class).inNamespace(NAMESPACE).withName(name);
  }

  private static Resource<GenericKubernetesResource> resource(Corpus.Entry entry) {
    GenericKubernetesResource resource =
        Serialization.unmarshal(entry.yaml(), GenericKubernetesResource.class);
    resource.getMetadata().setNamespace(NAMESPACE);
    return client.resource(resource);
  }

  private static void scale(String name, int replicas) {
    Scale scale = ensemble(name).scale();
    scale.getSpec().setReplicas(replicas);
    ensemble(name).scale(scale);
  }

  private static String version(HasMetadata resource) {
    return resource.getMetadata().getResourceVersion();
  }
}
