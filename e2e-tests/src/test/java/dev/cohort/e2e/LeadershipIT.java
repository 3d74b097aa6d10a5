package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.operator.OperatorRuntime;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Who of several operators acts, against a real API server and with the operator's own rules. */
@EnabledIf(
    value = "dev.cohort.e2e.ApiServer#isBuilt",
    disabledReason =
        "skipped: the programs of the test cluster are not built (./cohort cluster programs)")
final class LeadershipIT {
  private static final String LEASE = "cohort-operator";
  private static final Duration LEASE_TIME = Duration.ofSeconds(10);
  private static final Duration TAKEN_OVER = Duration.ofSeconds(20);

  private static ApiServer server;
  private static KubernetesClient client;

  private final AtomicInteger deposed = new AtomicInteger();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    server = ApiServer.start().orElseThrow();
    client = server.admin();
    OperatorWorld.define(client);
  }

  @AfterAll
  static void stop() {
    Optional.ofNullable(server).ifPresent(ApiServer::close);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened.reversed()) {
      one.close();
    }
  }

  /** Both are ready; the second one acts as soon as the first has ended. */
  @Test
  void anOrderlyEndFreesTheLease() {
    KubernetesClient own = account("orderly");
    OperatorRuntime first = operator("orderly", own, "first");
    Await.until("the first acts", first::leads);
    OperatorRuntime second = operator("orderly", own, "second");
    Await.until("the second stands by", second::isReady);
    assertFalse(second.leads());
    assertTrue(first.isReady());
    create("orderly");
    awaitAccount("orderly");
    long end = System.nanoTime();
    first.close();
    Await.until("the second acts", second::leads);
    Duration gap = Duration.ofNanos(System.nanoTime() - end);
    assertTrue(gap.compareTo(LEASE_TIME) < 0, gap.toString());
    deleteAccount("orderly");
    awaitAccount("orderly");
    assertEquals(0, deposed.get());
  }

  /**
   * Somebody else has the Lease: nothing is written from then on, and the process is told to end.
   */
  @Test
  void whoLosesTheLeaseWritesNothing() {
    OperatorRuntime operator = operator("deposed", account("deposed"), "first");
    create("deposed");
    awaitAccount("deposed");
    client
        .leases()
        .inNamespace("deposed")
        .withName(LEASE)
        .edit(
            lease ->
                new LeaseBuilder(lease)
                    .editSpec()
                    .withHolderIdentity("somebody")
                    .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC).plusHours(1))
                    .endSpec()
                    .build());
    Await.until("the operator is deposed", () -> deposed.get() == 1);
    assertFalse(operator.leads());
    assertFalse(operator.isReady());
    deleteAccount("deposed");
    assertFalse(Await.unchanged(() -> hasAccount("deposed")), "it wrote");
    operator.close();
    assertEquals("somebody", holder("deposed"));
  }

  /** The holder is gone without a word. */
  @Test
  void aLeaseThatNobodyRenewsIsTaken() {
    KubernetesClient own = account("killed");
    client
        .leases()
        .inNamespace("killed")
        .resource(
            new LeaseBuilder()
                .withNewMetadata()
                .withName(LEASE)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity("killed")
                .withLeaseDurationSeconds((int) LEASE_TIME.toSeconds())
                .withAcquireTime(ZonedDateTime.now(ZoneOffset.UTC))
                .withRenewTime(ZonedDateTime.now(ZoneOffset.UTC))
                .endSpec()
                .build())
        .create();
    long killed = System.nanoTime();
    OperatorRuntime operator = operator("killed", own, "second");
    create("killed");
    Await.until("it stands by", operator::isReady);
    assertEquals("killed", holder("killed"));
    awaitAccount("killed");
    Duration gap = Duration.ofNanos(System.nanoTime() - killed);
    assertTrue(gap.compareTo(TAKEN_OVER) < 0, gap.toString());
  }

  private KubernetesClient account(String namespace) {
    KubernetesClient own = OperatorWorld.account(client, namespace);
    opened.add(own);
    return own;
  }

  private OperatorRuntime operator(String namespace, KubernetesClient own, String identity) {
    OperatorRuntime operator =
        OperatorRuntime.start(
            OperatorWorld.settings(namespace),
            own,
            new SimpleMeterRegistry(),
            identity,
            deposed::incrementAndGet);
    opened.add(operator);
    return operator;
  }

  private static void create(String namespace) {
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: cohort.dev/v1alpha1
                kind: StudentEnsemble
                metadata: {name: led, namespace: %s}
                spec: {package: {persistentVolumeClaim: {claimName: first}}}
                """
                    .formatted(namespace)
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
  }

  private static void awaitAccount(String namespace) {
    Await.until("an account of the ensemble", () -> hasAccount(namespace));
  }

  private static boolean hasAccount(String namespace) {
    return client.serviceAccounts().inNamespace(namespace).withName("led-student").get() != null;
  }

  private static void deleteAccount(String namespace) {
    client.serviceAccounts().inNamespace(namespace).withName("led-student").delete();
  }

  private static String holder(String namespace) {
    return client
        .leases()
        .inNamespace(namespace)
        .withName(LEASE)
        .get()
        .getSpec()
        .getHolderIdentity();
  }
}
