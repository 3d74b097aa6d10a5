package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.ConditionType;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.e2e.Await;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ensembles beside each other know nothing of each other, and leave nothing behind. */
@Tag("B")
@ExtendWith(ClusterExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class TenancyE2E {
  private static final String NAME = "twin";
  private static final String LONG_NAME = "l" + "o".repeat(60) + "ng";
  private static final int SEAT_PORT = 9100;
  private static final int SEAT_METRICS = 9101;
  private static final int AGGREGATOR_PORT = 8001;
  private static final int HTTP = 8000;
  private static final Duration TO_NOTHING = Duration.ofSeconds(30);
  private static final int ANSWERS = 5;

  private static Cluster cluster;
  private static Installation operators;
  private static ServedEnsemble twin;
  private static ServedEnsemble longNamed;
  private static ServedEnsemble otherTwin;

  @BeforeAll
  static void serve(Cluster shared, Installation installation) {
    cluster = shared;
    operators = installation;
    cluster.load(HelloPod.image());
    String first = cluster.namespace("tenant");
    String second = cluster.namespace("tenant");
    twin = create(first, NAME, Packages.DEMO);
    longNamed = create(first, LONG_NAME, Packages.REVERSED);
    otherTwin = create(second, NAME, Packages.REVERSED);
  }

  /** In one namespace, with the longest name, and with the same name elsewhere. */
  @Test
  @Order(1)
  void eachAnswersForItself() {
    assertEquals(Set.of("1"), versions(twin));
    assertEquals(Set.of("2"), versions(longNamed));
    assertEquals(Set.of("2"), versions(otherTwin));
    for (ServedEnsemble each : List.of(twin, longNamed, otherTwin)) {
      each.awaitWhole();
      assertEquals(1, each.seats().size(), each.name());
      assertEquals(1, each.aggregators().size(), each.name());
    }
  }

  @Test
  @Order(2)
  void seatsAreForTheirAggregatorsOnly() {
    InetSocketAddress stranger = hello(cluster.namespace("stranger"));
    InetSocketAddress neighbour = hello(twin.namespace());
    String seat = address(twin.seats().getFirst());
    for (InetSocketAddress client : List.of(stranger, neighbour)) {
      assertBlocked(client, "http://%s:%d/".formatted(seat, SEAT_PORT));
      assertBlocked(client, "http://%s:%d/metrics".formatted(seat, SEAT_METRICS));
      assertReached(client, live(twin));
    }
  }

  @Test
  @Order(3)
  void clientsAreOfTheNamespacesThatAreNamed() {
    String named = cluster.namespace("named");
    InetSocketAddress friend = hello(named);
    InetSocketAddress stranger = hello(cluster.namespace("unnamed"));
    assertReached(stranger, live(otherTwin));

    otherTwin.patch(
        "{\"spec\": {\"networkPolicy\": {\"clientNamespaces\": [\"%s\"]}}}".formatted(named));

    Await.until("the policy", () -> !isReached(stranger, live(otherTwin)));
    assertReached(friend, live(otherTwin));
    String aggregator = address(otherTwin.aggregators().getFirst());
    assertBlocked(stranger, "http://%s:%d/".formatted(aggregator, AGGREGATOR_PORT));
    otherTwin.awaitCondition(ConditionType.METRICS_AVAILABLE, "True");
  }

  /** Owners and the garbage collector are enough. */
  @Test
  @Order(4)
  void nothingIsLeftOfADeletedOneWithoutOperators() {
    int before = operators.pods().size();
    scaleOperators(0);
    try {
      assertGone("delete-without-operators", otherTwin);
    } finally {
      scaleOperators(before);
      operators.awaitReady();
    }
  }

  @Test
  @Order(5)
  void nothingIsLeftOfADeletedOne() {
    assertGone("delete", twin);
    longNamed.awaitWhole();
    assertEquals(Set.of("2"), versions(longNamed));
  }

  private static ServedEnsemble create(String namespace, String name, Packages source) {
    return ServedEnsemble.create(
        cluster,
        namespace,
        name,
        "%s, %s".formatted(ServedEnsemble.of(source), ServedEnsemble.SINGLE));
  }

  /** Of the packages that answer. */
  private static Set<String> versions(ServedEnsemble ensemble) {
    ensemble.awaitReady();
    try (Prober prober = ensemble.probe(ANSWERS)) {
      prober.awaitAnswers(ANSWERS);
      prober.stop();
      return prober.outcomes().stream()
          .filter(Prober.Outcome::isAnswer)
          .map(outcome -> outcome.response().getModelVersion())
          .collect(Collectors.toSet());
    }
  }

  private static InetSocketAddress hello(String namespace) {
    Pod pod = HelloPod.restricted(namespace, "hello");
    cluster.client().resource(pod).create();
    return cluster.reach(cluster.awaitReady(pod), HelloPod.PORT);
  }

  private static String live(ServedEnsemble ensemble) {
    String address =
        cluster
            .client()
            .services()
            .inNamespace(ensemble.namespace())
            .withName(ensemble.name())
            .get()
            .getSpec()
            .getClusterIP();
    return "http://%s:%d/v2/health/live".formatted(address, HTTP);
  }

  private static String address(Pod pod) {
    return pod.getStatus().getPodIP();
  }

  private static boolean isReached(InetSocketAddress client, String url) {
    return HelloPod.get(client, url).startsWith("200");
  }

  private static void assertReached(InetSocketAddress client, String url) {
    assertTrue(isReached(client, url), () -> HelloPod.get(client, url));
  }

  /** What a policy drops times out; what is refused or answered has come through. */
  private static void assertBlocked(InetSocketAddress client, String url) {
    String got = HelloPod.get(client, url);
    assertTrue(got.contains("deadline exceeded") || got.contains("timeout"), url + ": " + got);
  }

  private static void scaleOperators(int wanted) {
    cluster
        .client()
        .apps()
        .deployments()
        .inNamespace(operators.namespace())
        .withName(Installation.OPERATOR)
        .scale(wanted);
    Await.until("so many operators: " + wanted, () -> operators.pods().size() == wanted);
  }

  private static void assertGone(String figure, ServedEnsemble ensemble) {
    assertTrue(leftovers(ensemble).size() > 1, "there is something to leave behind");
    long begin = System.nanoTime();
    cluster
        .client()
        .resources(StudentEnsemble.class)
        .inNamespace(ensemble.namespace())
        .withName(ensemble.name())
        .delete();
    Await.until(
        "nothing is left of " + ensemble.name(),
        ServedEnsemble.START,
        () -> leftovers(ensemble).isEmpty());
    Duration gone = Duration.ofNanos(System.nanoTime() - begin);
    Figures.note(figure, gone);
    assertTrue(gone.compareTo(TO_NOTHING) <= 0, "nothing is left after " + gone);
  }

  private static List<String> leftovers(ServedEnsemble ensemble) {
    KubernetesClient client = cluster.client();
    Stream<
            MixedOperation<
                ? extends HasMetadata, ? extends KubernetesResourceList<? extends HasMetadata>, ?>>
        kinds =
            Stream.of(
                client.apps().deployments(),
                client.apps().replicaSets(),
                client.pods(),
                client.services(),
                client.discovery().v1().endpointSlices(),
                client.serviceAccounts(),
                client.rbac().roles(),
                client.rbac().roleBindings(),
                client.network().v1().networkPolicies(),
                client.policy().v1().podDisruptionBudget());
    return kinds
        .flatMap(
            kind ->
                kind
                    .inNamespace(ensemble.namespace())
                    .withLabel("cohort.dev/ensemble", ensemble.name())
                    .list()
                    .getItems()
                    .stream())
        .map(object -> object.getKind() + " " + object.getMetadata().getName())
        .toList();
  }
}
