package dev.cohort.operator.ensemble;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.operator.burst.SignalCache;
import dev.cohort.operator.burst.Target;
import dev.cohort.operator.desired.Labels;
import dev.cohort.operator.desired.Owner;
import dev.cohort.operator.desired.Platform;
import dev.cohort.operator.desired.Tls;
import io.fabric8.kubernetes.api.model.Pod;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Looks at an ensemble, in the caches only. Thread-safe for different ensembles. */
public final class Observer {
  private static final int SIGNALS = 8001;

  private final Platform platform;
  private final SignalCache signals;
  private final Clock wallClock;
  private final LongSupplier clock;

  /**
   * An observer.
   *
   * @param signals told which aggregators there are; stays the caller's
   * @param clock monotonic nanoseconds, that of the signals
   */
  public Observer(Platform platform, SignalCache signals, Clock wallClock, LongSupplier clock) {
    this.platform = platform;
    this.signals = signals;
    this.wallClock = wallClock;
    this.clock = clock;
  }

  /** The clock of the observations. */
  long nanos() {
    return clock.getAsLong();
  }

  Observation observe(StudentEnsemble ensemble, Context<StudentEnsemble> context) {
    ResourceID id = ResourceID.fromResource(ensemble);
    Owner owner = Owner.of(ensemble);
    List<Pod> pods = context.getSecondaryResources(Pod.class).stream().toList();
    signals.follow(id, targets(pods, owner, tls(ensemble, owner)));
    return new Observation(
        ensemble,
        Informers.objects(context, platform).stream().filter(owner::owns).toList(),
        pods,
        signals.latest(id),
        signals.faults(id),
        wallClock.instant(),
        clock.getAsLong());
  }

  /** Aggregators that run, ready or not: before they have seats they know their package. */
  private static List<Target> targets(List<Pod> pods, Owner owner, Optional<Target.Secret> tls) {
    return pods.stream()
        .filter(pod -> Observation.isOf(pod, Labels.AGGREGATOR))
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(pod -> pod.getStatus() != null && pod.getStatus().getPodIP() != null)
        .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
        .map(
            pod ->
                new Target(
                    pod.getMetadata().getName(),
                    pod.getStatus().getPodIP(),
                    SIGNALS,
                    owner.names().client() + "." + owner.namespace() + ".svc",
                    tls))
        .toList();
  }

  private static Optional<Target.Secret> tls(StudentEnsemble ensemble, Owner owner) {
    return Tls.client(owner, ensemble.getSpec().security())
        .map(secret -> new Target.Secret(owner.namespace(), secret));
  }
}
