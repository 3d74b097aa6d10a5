package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.e2e.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** From an empty cluster to right answers for stock clients, with the smallest resource. */
@Tag("B")
@ExtendWith(ClusterExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ServingE2E {
  private static final String NAME = "clinc150";
  private static final String CLIENTS = "clients";
  private static final int STUDENTS = 4;

  /** Requests a second, which do not matter beside the pods' start. */
  private static final int ASKED = 5;

  private static final Duration CLIENT_TIME = Duration.ofMinutes(5);
  private static final Duration TO_FIRST_ANSWER = Duration.ofSeconds(60);
  private static final Duration TO_READY = Duration.ofSeconds(120);
  private static final Duration TO_OPERATORS = Duration.ofSeconds(60);

  private static ServedEnsemble ensemble;
  private static Cluster cluster;
  private static Installation installation;
  private static String namespace;

  /** One cluster for all tests of the class: what they make stays until the last has ended. */
  @BeforeAll
  static void makeNamespace(Cluster shared, Installation installed) {
    cluster = shared;
    installation = installed;
    namespace = cluster.namespace("serving");
  }

  @Test
  @Order(1)
  void theChartBringsOperators() {
    Figures.note("install.ready", installation.untilReady());
    assertAtMost(TO_OPERATORS, installation.untilReady(), "operators");
    String said = installation.helmTest();
    assertTrue(said.contains("Succeeded"), said);
  }

  @Test
  @Order(2)
  void theSmallestResourceServes() {
    long begin = System.nanoTime();
    ensemble = ServedEnsemble.create(cluster, namespace, NAME, ServedEnsemble.of(Packages.DEMO));
    try (Prober prober = ensemble.probe(ASKED)) {
      Await.until("an answer", TO_READY, () -> prober.answers() > 0);
      Duration answered = since(begin);
      ensemble.awaitReady();
      Duration ready = since(begin);
      Figures.note("apply.first-answer", answered);
      Figures.note("apply.ready", ready);
      assertAtMost(TO_FIRST_ANSWER, answered, "the first answer");
      assertAtMost(TO_READY, ready, "Ready");
    }
    assertEquals(Map.of(0, 1, 1, 1, 2, 1, 3, 1), ensemble.ensembles().seats(NAME));
  }

  /** While all students have to answer, also when the machine is busy. */
  @Test
  @Order(3)
  void stockClientsGetTheAnswersOfPyTorch() {
    Assumptions.assumeTrue(
        System.getenv("COHORT_TRITON") != null && System.getenv("COHORT_REFERENCE") != null,
        "skipped: COHORT_TRITON or COHORT_REFERENCE is not set; see ./cohort e2e");
    ensemble.patch("{\"spec\": {\"pruning\": {\"minStudents\": 4}}}");
    ensemble.awaitReady();
    Await.until(
        "all students", () -> ensemble.resource().getStatus().prefix().minimum() == STUDENTS);
    String said =
        Commands.run(
            CLIENT_TIME,
            "env",
            "COHORT_SERVED=%s:%d:%d"
                .formatted(
                    ensemble.grpc().getHostString(),
                    ensemble.grpc().getPort(),
                    ensemble.http().getPort()),
            System.getenv("COHORT_TRITON"),
            "-m",
            "pytest",
            "-q",
            "-rs",
            "-p",
            "no:cacheprovider",
            "-k",
            "not statistics and not health_and_metrics",
            CLIENTS + "/test_agreement.py::test_logits_equal_pytorch",
            CLIENTS + "/test_triton_grpc.py",
            CLIENTS + "/test_triton_http.py",
            CLIENTS + "/test_curl.py");
    System.out.println(said);
    assertTrue(said.contains(" passed"), said);
  }

  /** Each request's object names what an admission plugin found; nothing may be found. */
  @Test
  @Order(4)
  void admissionHasNothingToSay() {
    cluster.own();
    assertEquals(
        List.of(),
        AuditLog.whole().entries().stream()
            .filter(entry -> !entry.violation().isEmpty())
            .filter(entry -> !entry.namespace().startsWith("careless"))
            .toList());
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private static void assertAtMost(Duration bar, Duration seen, String what) {
    assertTrue(seen.compareTo(bar) <= 0, "%s after %s".formatted(what, seen));
  }
}
