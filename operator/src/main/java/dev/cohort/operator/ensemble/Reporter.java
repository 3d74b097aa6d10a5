package dev.cohort.operator.ensemble;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.crds.StudentEnsembleStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.time.Duration;

/** Writes status: only when it is another than the stored one, and at most once a second. */
final class Reporter {
  private static final long SPACING_NANOS = Duration.ofSeconds(1).toNanos();

  private Reporter() {}

  /** Whether all that there is to say has been said; else to be called again soon. */
  static boolean report(
      Context<StudentEnsemble> context,
      Observation seen,
      StudentEnsembleStatus status,
      Memory memory) {
    if (status.equals(seen.ensemble().getStatus())) {
      return true;
    }
    boolean early =
        memory.writtenNanos().map(last -> seen.nanos() - last < SPACING_NANOS).orElse(false);
    if (early) {
      return false;
    }
    context.resourceOperations().serverSideApplyPrimaryStatus(onlyStatus(seen, status));
    memory.wrote(status, seen.nanos());
    return true;
  }

  private static StudentEnsemble onlyStatus(Observation seen, StudentEnsembleStatus status) {
    StudentEnsemble report = new StudentEnsemble();
    report.setMetadata(
        new ObjectMetaBuilder()
            .withName(seen.ensemble().getMetadata().getName())
            .withNamespace(seen.ensemble().getMetadata().getNamespace())
            .build());
    report.setStatus(status);
    return report;
  }
}
