package dev.cohort.operator;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.operator.burst.SignalCache;
import dev.cohort.operator.burst.SignalChannels;
import dev.cohort.operator.config.OperatorSettings;
import dev.cohort.operator.config.Platforms;
import dev.cohort.operator.desired.Labels;
import dev.cohort.operator.desired.Platform;
import dev.cohort.operator.ensemble.EnsembleReconciler;
import dev.cohort.operator.ensemble.Observer;
import dev.cohort.operator.events.EventRecorder;
import dev.cohort.operator.metrics.OperatorMetrics;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One running operator. Start once with {@link #start}, stop once with {@link #close}. Where there
 * is an election, it acts from the moment it is elected.
 */
public final class OperatorRuntime implements AutoCloseable {
  /** Where the class path holds what the operator may do, as Roles. */
  public static final String ROLES = "/dev/cohort/operator/roles.yaml";

  private static final Duration MAX_INTERVAL = Duration.ofMinutes(1);
  private static final Duration CACHE_SYNC = Duration.ofSeconds(30);
  private static final Duration TERMINATION = Duration.ofSeconds(5);

  /** Reconciliations at a time; each is short and talks to nobody but the API server. */
  private static final int THREADS = 8;

  private final Operator operator;
  private final SignalCache signals;
  private final AtomicBoolean closing;

  private OperatorRuntime(Operator operator, SignalCache signals, AtomicBoolean closing) {
    this.closing = closing;
    this.operator = operator;
    this.signals = signals;
  }

  /**
   * Starts an operator; returns when it is elected, or at once without an election.
   *
   * @param client stays the caller's
   * @param identity of this process in the election
   * @param deposed runs when the Lease is lost: another operator may act from now on, so this one
   *     must end at once
   */
  public static OperatorRuntime start(
      OperatorSettings settings,
      KubernetesClient client,
      MeterRegistry registry,
      String identity,
      Runnable deposed) {
    return start(
        settings, client, registry, identity, deposed, Clock.systemUTC(), System::nanoTime);
  }

  static OperatorRuntime start(
      OperatorSettings settings,
      KubernetesClient client,
      MeterRegistry registry,
      String identity,
      Runnable deposed,
      Clock wallClock,
      LongSupplier clock) {
    Platform platform = Platforms.of(settings, client);
    OperatorMetrics metrics = new OperatorMetrics(registry, clock);
    CompletableFuture<EnsembleReconciler> made = new CompletableFuture<>();
    Consumer<ResourceID> wake = id -> made.thenAccept(reconciler -> reconciler.wake(id));
    SignalCache signals =
        new SignalCache(new SignalChannels(settings.credentials(), client), clock, wake);
    EnsembleReconciler reconciler =
        new EnsembleReconciler(
            platform,
            new Observer(platform, signals, wallClock, clock),
            signals,
            new EventRecorder(client, identity),
            metrics);
    made.complete(reconciler);
    metrics.watched(signals::size);
    AtomicBoolean closing = new AtomicBoolean();
    Runnable lost =
        () -> {
          metrics.leads(false);
          if (!closing.get()) {
            deposed.run();
          }
        };
    Operator operator =
        new Operator(overrides -> configure(overrides, settings, client, identity, lost));
    operator.register(
        reconciler,
        (ControllerConfigurationOverrider<StudentEnsemble> overrides) ->
            configure(overrides, settings));
    operator.start();
    metrics.leads(true);
    return new OperatorRuntime(operator, signals, closing);
  }

  /** Whether the caches follow the API server. */
  public boolean isHealthy() {
    return operator.getRuntimeInfo().isStarted()
        && operator.getRuntimeInfo().allEventSourcesAreHealthy();
  }

  @Override
  public void close() {
    closing.set(true);
    operator.stop();
    signals.close();
  }

  private static void configure(
      ConfigurationServiceOverrider overrides,
      OperatorSettings settings,
      KubernetesClient client,
      String identity,
      Runnable lost) {
    overrides
        .withKubernetesClient(client)
        .withCloseClientOnStop(false)
        .withConcurrentReconciliationThreads(THREADS)
        .withCacheSyncTimeout(CACHE_SYNC)
        .withReconciliationTerminationTimeout(TERMINATION)
        .withCloneSecondaryResourcesWhenGettingFromCache(false)
        .checkingCRDAndValidateLocalModel(false);
    settings
        .lease()
        .ifPresent(
            lease ->
                overrides.withLeaderElectionConfiguration(
                    LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(lease)
                        .withLeaseNamespace(settings.namespace())
                        .withIdentity(identity)
                        .withLeaderCallbacks(new LeaderCallbacks(() -> {}, lost, leader -> {}))
                        .build()));
  }

  private static void configure(
      ControllerConfigurationOverrider<StudentEnsemble> overrides, OperatorSettings settings) {
    overrides
        .withFieldManager(Labels.OPERATOR)
        .withReconciliationMaxInterval(MAX_INTERVAL)
        .withTriggerReconcilerOnAllEvents(true);
    if (settings.namespaces().isEmpty()) {
      overrides.watchingAllNamespaces();
    } else {
      overrides.settingNamespaces(settings.namespaces());
    }
  }
}
