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
import dev.cohort.operator.scaler.ScalerServer;
import dev.cohort.operator.scaler.ScalerService;
import dev.cohort.operator.scaler.WantedSeats;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One running operator. Start once with {@link #start}, stop once with {@link #close}. Where there
 * is an election, it fills its caches at once and acts from the moment it is elected.
 */
public final class OperatorRuntime implements AutoCloseable {
  /** Where the class path holds what the operator may do, as Roles. */
  public static final String ROLES = "/dev/cohort/operator/roles.yaml";

  private static final Duration MAX_INTERVAL = Duration.ofMinutes(1);
  private static final Duration CACHE_SYNC = Duration.ofSeconds(30);
  private static final Duration TERMINATION = Duration.ofSeconds(5);

  /** What went wrong is tried again for ever: nothing else would bring a resource up to date. */
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

  private static final double RETRY_GROWTH = 1.5;
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

  /** Reconciliations at a time; each is short and talks to nobody but the API server. */
  private static final int THREADS = 8;

  private final Operator operator;
  private final SignalCache signals;
  private final Leadership leadership;
  private final Optional<ScalerServer> scaler;

  private OperatorRuntime(
      Operator operator,
      SignalCache signals,
      Leadership leadership,
      Optional<ScalerServer> scaler) {
    this.operator = operator;
    this.signals = signals;
    this.leadership = leadership;
    this.scaler = scaler;
  }

  /**
   * Starts an operator; returns when its caches are filled, elected or not.
   *
   * @param client stays the caller's
   * @param identity of this process in the election
   * @param deposed runs when the Lease is lost: another operator may act from now on, and this one
   *     writes nothing any more; it is of no use and should end at once
   * @throws RuntimeException when the API server cannot be used
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
    WantedSeats wanted = new WantedSeats(clock);
    Optional<ScalerServer> scaler =
        settings
            .scaler()
            .map(
                endpoint ->
                    new ScalerServer(
                        endpoint, new ScalerService(id -> made.join().find(id), wanted)));
    Leadership leadership =
        new Leadership(
            settings,
            client,
            identity,
            () -> scaler.ifPresent(ScalerServer::open),
            () -> {
              scaler.ifPresent(ScalerServer::close);
              deposed.run();
            });
    metrics.leads(leadership::leads);
    Consumer<ResourceID> wake = id -> made.thenAccept(reconciler -> reconciler.wake(id));
    SignalCache signals =
        new SignalCache(new SignalChannels(settings.credentials(), client), clock, wake);
    EnsembleReconciler reconciler =
        new EnsembleReconciler(
            platform,
            new Observer(platform, signals, wallClock, clock),
            signals,
            new EventRecorder(client, identity),
            metrics,
            leadership::leads,
            wanted);
    made.complete(reconciler);
    metrics.watched(signals::size);
    Operator operator = new Operator(overrides -> configure(overrides, client, leadership));
    operator.register(
        reconciler,
        (ControllerConfigurationOverrider<StudentEnsemble> overrides) ->
            configure(overrides, settings));
    operator.start();
    leadership.begin();
    return new OperatorRuntime(operator, signals, leadership, scaler);
  }

  /**
   * Whether the operator does its part: its caches follow the API server, and it acts, and answers
   * scalers where it should, or would take over from the one that does.
   */
  public boolean isReady() {
    return operator.getRuntimeInfo().isStarted()
        && operator.getRuntimeInfo().allEventSourcesAreHealthy()
        && leadership.takesPart()
        && (!leads() || scaler.isEmpty() || scalerPort().isPresent());
  }

  /** Where scalers are answered now; empty for nowhere. */
  public OptionalInt scalerPort() {
    return scaler.map(ScalerServer::port).orElseGet(OptionalInt::empty);
  }

  /** Whether this operator is the one that acts. */
  public boolean leads() {
    return leadership.leads();
  }

  /** Ends in order: what is under way ends first, then another operator may act at once. */
  @Override
  public void close() {
    leadership.leave();
    scaler.ifPresent(ScalerServer::close);
    operator.stop();
    signals.close();
    leadership.release();
  }

  private static void configure(
      ConfigurationServiceOverrider overrides, KubernetesClient client, Leadership leadership) {
    overrides
        .withKubernetesClient(client)
        .withCloseClientOnStop(false)
        .withConcurrentReconciliationThreads(THREADS)
        .withCacheSyncTimeout(CACHE_SYNC)
        .withReconciliationTerminationTimeout(TERMINATION)
        .withCloneSecondaryResourcesWhenGettingFromCache(false)
        .checkingCRDAndValidateLocalModel(false);
    leadership.election().ifPresent(overrides::withLeaderElectionConfiguration);
  }

  private static void configure(
      ControllerConfigurationOverrider<StudentEnsemble> overrides, OperatorSettings settings) {
    overrides
        .withFieldManager(Labels.OPERATOR)
        .withReconciliationMaxInterval(MAX_INTERVAL)
        .withRetry(
            new GenericRetry()
                .setInitialInterval(FIRST_RETRY)
                .setIntervalMultiplier(RETRY_GROWTH)
                .setMaxInterval(LONGEST_RETRY.toMillis())
                .withoutMaxAttempts())
        .withTriggerReconcilerOnAllEvents(true);
    if (settings.namespaces().isEmpty()) {
      overrides.watchingAllNamespaces();
    } else {
      overrides.settingNamespaces(settings.namespaces());
    }
  }
}
