package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.ConditionType;
import dev.cohort.crds.PackageStatus;
import dev.cohort.e2e.Await;
import dev.cohort.e2e.cluster.Prober.Outcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * One package takes the place of another while requests come. Two of the four students answer: the
 * first two of one package are the last two of the other, so that whatever seats of both packages
 * could make together is an answer of neither.
 */
@Tag("B")
@ExtendWith(ClusterExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RolloutE2E {
  private static final String SPEC =
      "%s, %s, replicas: 2, scaling: {mode: 'Off', minSeats: 2}, pruning: {minStudents: 2, maxStudents: 2}"
          .formatted(ServedEnsemble.of(Packages.DEMO), ServedEnsemble.SMALL);
  private static final int SEATS = 2;
  private static final int STUDENTS_USED = 2;
  private static final int RATE = 20;
  private static final double ROUNDING = 1e-3;
  private static final String DEMO = "1";
  private static final String REVERSED = "2";

  /** What each version answers, by text, learnt while only it was there. */
  private static final Map<String, Map<Integer, List<Float>>> KNOWN = new HashMap<>();

  private static ServedEnsemble ensemble;
  private static String digest;

  @BeforeAll
  static void serve(Cluster cluster, Installation installation) {
    ensemble = ServedEnsemble.create(cluster, cluster.namespace("rollout"), "rolled", SPEC);
    ensemble.awaitWhole();
    digest = packages().digest();
  }

  @Test
  @Order(1)
  void anotherPackageTakesOver() {
    AtomicInteger before = new AtomicInteger();
    AtomicInteger after = new AtomicInteger();
    List<Outcome> outcomes =
        UnderLoad.of(
            ensemble,
            RATE,
            "package-rollout",
            prober -> {
              prober.awaitAnswers(Prober.TEXTS.size());
              before.set(prober.outcomes().size());
              long begin = System.nanoTime();
              roll(Packages.REVERSED);
              Figures.note("package-rollout", Duration.ofNanos(System.nanoTime() - begin));
              // Those in flight included.
              prober.awaitAnswers(RATE);
              after.set(prober.outcomes().size());
              prober.awaitAnswers(Prober.TEXTS.size());
            });
    learn(DEMO, outcomes.subList(0, before.get()));
    learn(REVERSED, outcomes.subList(after.get(), outcomes.size()));
    assertRight(outcomes);
    assertNotEquals(digest, packages().digest());
    assertTrue(
        outcomes.stream().filter(outcome -> version(outcome).equals(DEMO)).count() > before.get(),
        "the old package answers while the new one starts");
  }

  @Test
  @Order(2)
  void aDamagedPackageIsRefused() {
    String serving = packages().digest();
    List<Outcome> outcomes =
        UnderLoad.of(
            ensemble,
            RATE,
            "damaged-package",
            prober -> {
              change(Packages.DAMAGED);
              ensemble.awaitCondition(ConditionType.READY, "False: PackageRefused");
              ensemble.awaitCondition(ConditionType.PROGRESSING, "False: PackageRefused");
              ensemble.awaitCondition(ConditionType.AVAILABLE, "True");
              Await.until(
                  "the refused revision has gone",
                  ServedEnsemble.START,
                  () -> ensemble.seats().size() == SEATS);
            });
    assertRight(outcomes);
    assertTrue(outcomes.stream().allMatch(outcome -> version(outcome).equals(REVERSED)));
    assertEquals(serving, packages().digest());
    String said = ensemble.message(ConditionType.PROGRESSING);
    assertTrue(said.contains("student-2.safetensors"), said);
    assertTrue(ensemble.ensembles().events("rolled").contains("PackageRefused"));
  }

  @Test
  @Order(3)
  void theFirstPackageComesBack() {
    List<Outcome> outcomes =
        UnderLoad.of(ensemble, RATE, "package-back", prober -> roll(Packages.DEMO));
    assertRight(outcomes);
    assertEquals(digest, packages().digest());
  }

  /** Changes the package and waits for it; meanwhile at least half of the seats are ready. */
  private static void roll(Packages next) {
    AtomicInteger fewest = new AtomicInteger(SEATS);
    AtomicReference<String> rolling = new AtomicReference<>();
    change(next);
    Await.until(
        "the new package serves",
        ServedEnsemble.START.multipliedBy(2),
        () -> {
          fewest.accumulateAndGet(readySeats(), Math::min);
          rolling.compareAndSet(null, packages().rollingOut());
          return ensemble.isReady();
        });
    ensemble.awaitWhole();
    assertTrue(fewest.get() >= SEATS / 2, "fewest ready seats: " + fewest.get());
    assertEquals(packages().digest(), rolling.get(), "status told what was rolling out");
    assertEquals(null, packages().rollingOut());
  }

  private static void change(Packages next) {
    ensemble.patch(
        "{\"spec\": {\"package\": {\"image\": {\"reference\": \"%s\"}}}}".formatted(next.image()));
  }

  private static int readySeats() {
    return ensemble.resource().getStatus().scaling().ready();
  }

  private static PackageStatus packages() {
    return ensemble.resource().getStatus().packages();
  }

  private static void learn(String version, List<Outcome> outcomes) {
    Map<Integer, List<Float>> answers = new HashMap<>();
    for (Outcome outcome : outcomes) {
      assertEquals(version, version(outcome));
      answers.put(outcome.text(), outcome.logits());
    }
    assertEquals(Prober.TEXTS.size(), answers.size(), "texts that version %s has answered");
    KNOWN.put(version, answers);
  }

  private static void assertRight(List<Outcome> outcomes) {
    List<Outcome> wrong = outcomes.stream().filter(outcome -> !isRight(outcome)).toList();
    Figures.note("package-rollout.mixed.answers", wrong.size());
    assertEquals(List.of(), wrong, "answers that are of no package");
  }

  private static boolean isRight(Outcome outcome) {
    return outcome.studentsUsed() == STUDENTS_USED
        && isEqual(KNOWN.get(version(outcome)).get(outcome.text()), outcome.logits());
  }

  private static boolean isEqual(List<Float> one, List<Float> other) {
    return one.size() == other.size()
        && IntStream.range(0, one.size())
            .allMatch(index -> Math.abs(one.get(index) - other.get(index)) <= ROUNDING);
  }

  private static String version(Outcome outcome) {
    return outcome.response().getModelVersion();
  }
}
