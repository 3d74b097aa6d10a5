package dev.cohort.operator.ensemble;

import dev.cohort.crds.ScalingMode;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.crds.StudentEnsembleStatus;
import dev.cohort.operator.apply.Realizer;
import dev.cohort.operator.burst.SignalCache;
import dev.cohort.operator.desired.Platform;
import dev.cohort.operator.events.EventRecorder;
import dev.cohort.operator.metrics.OperatorMetrics;
import dev.cohort.operator.scaler.WantedSeats;
import dev.cohort.operator.status.StatusReport;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Keeps each ensemble what its resource says: observe, decide, apply, report, schedule. The
 * framework never reconciles one ensemble on two threads at a time.
 */
public final class EnsembleReconciler implements Reconciler<StudentEnsemble> {
  /** The scaling rules want a sample each second. */
  private static final Duration TICK = Duration.ofSeconds(1);

  private static final Duration MAX_INTERVAL = Duration.ofMinutes(1);

  private static final Duration SOON = Duration.ofMillis(250);

  private final Platform platform;
  private final Observer observer;
  private final SignalCache signals;
  private final SimpleInboundEventSource<StudentEnsemble> wakes =
      new SimpleInboundEventSource<>("signals");
  private final Reporter reporter;
  private final OperatorMetrics metrics;
  private final BooleanSupplier acts;
  private final WantedSeats wanted;
  private volatile Optional<IndexerResourceCache<StudentEnsemble>> ensembles = Optional.empty();
  private final Map<ResourceID, Memory> memories = new ConcurrentHashMap<>();

  /**
   * A reconciler.
   *
   * @param signals what aggregators say; stays the caller's
   * @param acts whether anything may be written
   * @param wanted told what is asked for of ensembles that somebody else scales
   */
  public EnsembleReconciler(
      Platform platform,
      Observer observer,
      SignalCache signals,
      EventRecorder events,
      OperatorMetrics metrics,
      BooleanSupplier acts,
      WantedSeats wanted) {
    this.platform = platform;
    this.observer = observer;
    this.signals = signals;
    this.reporter = new Reporter(events, metrics);
    this.metrics = metrics;
    this.acts = acts;
    this.wanted = wanted;
  }

  /** An ensemble, if it is served here. Thread-safe. */
  public Optional<StudentEnsemble> find(ResourceID ensemble) {
    return ensembles.flatMap(cache -> cache.get(ensemble));
  }

  /** Has an ensemble reconciled soon. Thread-safe. */
  public void wake(ResourceID ensemble) {
    wakes.propagateEvent(ensemble);
  }

  @Override
  public List<EventSource<?, StudentEnsemble>> prepareEventSources(
      EventSourceContext<StudentEnsemble> context) {
    ensembles = Optional.of(context.getPrimaryCache());
    List<EventSource<?, StudentEnsemble>> sources =
        new ArrayList<>(Informers.of(context, platform));
    sources.add(wakes);
    return sources;
  }

  @Override
  public UpdateControl<StudentEnsemble> reconcile(
      StudentEnsemble ensemble, Context<StudentEnsemble> context) {
    if (!acts.getAsBoolean()) {
      return UpdateControl.noUpdate();
    }
    long start = observer.nanos();
    boolean well = false;
    try {
      Duration next =
          context.isPrimaryResourceDeleted() || ensemble.isMarkedForDeletion()
              ? forget(ResourceID.fromResource(ensemble))
              : keep(ensemble, context);
      well = true;
      return UpdateControl.<StudentEnsemble>noUpdate().rescheduleAfter(next);
    } finally {
      metrics.reconciled(start, well);
    }
  }

  private Duration keep(StudentEnsemble ensemble, Context<StudentEnsemble> context) {
    Memory memory =
        memories.computeIfAbsent(ResourceID.fromResource(ensemble), gone -> new Memory(platform));
    Observation seen = observer.observe(ensemble, context);
    Plan plan = memory.planner().plan(seen);
    tell(seen, plan);
    // Before seats go: whoever is parked is not asked any more.
    plan.mostStudents().ifPresent(most -> signals.bound(ResourceID.fromResource(ensemble), most));
    Realizer.Outcome outcome = apply(context, memory, seen, plan);
    StudentEnsembleStatus status =
        new StatusReport(seen, memory.told(plan), outcome.refusals(), memory.transition()).status();
    return reporter.report(context, seen, new Reporter.Said(plan, outcome, status), memory)
        ? TICK
        : SOON;
  }

  private static Realizer.Outcome apply(
      Context<StudentEnsemble> context, Memory memory, Observation seen, Plan plan) {
    return seen.spec().paused()
        ? Realizer.Outcome.none()
        : memory.realizer().realize(context, memory.intents(plan.blueprint()), seen.objects());
  }

  private void tell(Observation seen, Plan plan) {
    ResourceID id = ResourceID.fromResource(seen.ensemble());
    OptionalInt replicas = plan.seats().replicas();
    if (seen.spec().scaling().mode() == ScalingMode.EXTERNAL && replicas.isPresent()) {
      wanted.tell(id, replicas.getAsInt());
    } else {
      wanted.forget(id);
    }
  }

  private Duration forget(ResourceID id) {
    wanted.forget(id);
    memories.remove(id);
    signals.follow(id, List.of());
    metrics.forget(id);
    return MAX_INTERVAL;
  }
}
