package dev.cohort.operator;

import dev.cohort.operator.config.OperatorSettings;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of one process in the election: who holds the Lease acts, the others stand by. A Lease
 * that is lost does not come back; one that is given up is free at once. Thread-safe.
 */
final class Leadership {
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

  /**
   * After the death of the leader the Lease lasts at most this long; a stand-by looks after it each
   * 1 to 2.2 s and so acts within 13 s.
   */
  private static final Duration LEASE = Duration.ofSeconds(10);

  /** A leader that cannot renew for this long gives up, before the Lease is over. */
  private static final Duration RENEWAL = Duration.ofSeconds(7);

  private static final Duration RETRY = Duration.ofSeconds(1);

  private enum State {
    /** Nothing is known of the election yet. */
    OUTSIDE,
    STANDING_BY,
    LEADING,
    LOST,
    LEFT
  }

  private final Optional<String> lease;
  private final String namespace;
  private final KubernetesClient client;
  private final String identity;
  private final Runnable elected;
  private final Runnable deposed;
  private final AtomicReference<State> state;

  /**
   * A part that has not begun.
   *
   * @param client stays the caller's
   * @param identity of this process
   * @param elected runs once, when this process may act
   * @param deposed runs once, when the Lease is lost
   */
  Leadership(
      OperatorSettings settings,
      KubernetesClient client,
      String identity,
      Runnable elected,
      Runnable deposed) {
    this.lease = settings.lease();
    this.namespace = settings.namespace();
    this.client = client;
    this.identity = identity;
    this.elected = elected;
    this.deposed = deposed;
    this.state = new AtomicReference<>(State.OUTSIDE);
  }

  /** The election for the framework; empty without one. */
  Optional<LeaderElectionConfiguration> election() {
    return lease.map(
        name ->
            LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(name)
                .withLeaseNamespace(namespace)
                .withIdentity(identity)
                .withLeaseDuration(LEASE)
                .withRenewDeadline(RENEWAL)
                .withRetryPeriod(RETRY)
                .withLeaderCallbacks(new LeaderCallbacks(this::won, this::lost, this::seen))
                // Its other one calls System.exit, which within an orderly end waits for itself.
                .buildForTest(false));
  }

  /** Where there is no election, this process acts from now on. */
  void begin() {
    if (lease.isEmpty()) {
      won();
    }
  }

  /** Whether this process may act. */
  boolean leads() {
    return state.get() == State.LEADING;
  }

  /** Whether this process acts, or has seen the Lease that it would take over. */
  boolean takesPart() {
    State now = state.get();
    return now == State.LEADING || now == State.STANDING_BY;
  }

  /** An orderly end begins: what the election says does not matter any more. */
  void leave() {
    state.updateAndGet(now -> now == State.LOST ? now : State.LEFT);
  }

  /** Gives up the Lease if this process holds it. To be called when nothing acts any more. */
  void release() {
    try {
      lease
          .map(name -> client.leases().inNamespace(namespace).withName(name).get())
          .filter(held -> identity.equals(held.getSpec().getHolderIdentity()))
          .ifPresent(this::release);
    } catch (KubernetesClientException e) {
      LOG.warn("the Lease was not given up, it is over in {} s: {}", LEASE.toSeconds(), text(e));
    }
  }

  /** An update: whoever has taken the Lease meanwhile keeps it. */
  private void release(Lease held) {
    held.getSpec().setHolderIdentity(null);
    client.leases().inNamespace(namespace).resource(held).update();
    LOG.info("the Lease is given up");
  }

  private void won() {
    if (state.updateAndGet(now -> takesPartIn(now) ? State.LEADING : now) == State.LEADING) {
      LOG.info("this operator acts");
      elected.run();
    }
  }

  private void lost() {
    if (state.compareAndSet(State.LEADING, State.LOST)) {
      deposed.run();
    }
  }

  private void seen(String leader) {
    state.compareAndSet(State.OUTSIDE, State.STANDING_BY);
  }

  private static boolean takesPartIn(State now) {
    return now == State.OUTSIDE || now == State.STANDING_BY;
  }

  private static String text(KubernetesClientException failure) {
    return failure.getStatus() == null ? failure.getMessage() : failure.getStatus().getMessage();
  }
}
