package dev.cohort.operator.burst;

import io.grpc.ManagedChannel;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Watches the aggregators of all ensembles and keeps what each said last. An ensemble's aggregators
 * are set by {@link #follow} and read by {@link #latest}, by one thread at a time; different
 * ensembles by any threads.
 */
public final class SignalCache implements AutoCloseable {
  /** How a connection to an aggregator is made. */
  public interface Channels {
    /**
     * A channel that has not connected yet; may block for a call to the API server.
     *
     * @throws RuntimeException when there is something that it needs and cannot have
     */
    ManagedChannel open(Target target);
  }

  private final Channels channels;
  private final LongSupplier clock;
  private final Consumer<ResourceID> wake;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("cohort-signals").daemon().factory());
  private final Map<ResourceID, Map<Target, SignalWatcher>> watchers = new ConcurrentHashMap<>();

  /**
   * A cache that watches nothing yet.
   *
   * @param clock monotonic nanoseconds
   * @param wake told of ensembles about which there is something new; must not block
   */
  public SignalCache(Channels channels, LongSupplier clock, Consumer<ResourceID> wake) {
    this.channels = channels;
    this.clock = clock;
    this.wake = wake;
  }

  /** Watches these aggregators, and no others of the ensemble. */
  public void follow(ResourceID ensemble, Collection<Target> targets) {
    Map<Target, SignalWatcher> before = watchers.getOrDefault(ensemble, Map.of());
    Map<Target, SignalWatcher> after = new HashMap<>();
    for (Target target : targets) {
      after.put(
          target, Optional.ofNullable(before.get(target)).orElseGet(() -> watch(ensemble, target)));
    }
    if (after.isEmpty()) {
      watchers.remove(ensemble);
    } else {
      watchers.put(ensemble, Map.copyOf(after));
    }
    before.values().stream()
        .filter(watcher -> !after.containsKey(watcher.target()))
        .forEach(SignalWatcher::close);
  }

  /** The last messages, of those that have sent any. */
  public List<Reception> latest(ResourceID ensemble) {
    return of(ensemble).map(SignalWatcher::latest).flatMap(Optional::stream).toList();
  }

  /** Has the aggregators of an ensemble ask no more students than this. */
  public void bound(ResourceID ensemble, int most) {
    of(ensemble).forEach(watcher -> watcher.bound(most));
  }

  /** Why aggregators cannot be watched, if so. */
  public List<String> faults(ResourceID ensemble) {
    return of(ensemble)
        .filter(watcher -> !watcher.fault().isEmpty())
        .map(watcher -> "pod %s: %s".formatted(watcher.target().pod(), watcher.fault()))
        .sorted()
        .toList();
  }

  /** Aggregators that are watched, of all ensembles. */
  public int size() {
    return watchers.values().stream().mapToInt(Map::size).sum();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    watchers.values().forEach(all -> all.values().forEach(SignalWatcher::close));
    watchers.clear();
  }

  private Stream<SignalWatcher> of(ResourceID ensemble) {
    return watchers.getOrDefault(ensemble, Map.of()).values().stream();
  }

  private SignalWatcher watch(ResourceID ensemble, Target target) {
    SignalWatcher watcher =
        new SignalWatcher(
            target, () -> channels.open(target), timer, clock, () -> wake.accept(ensemble));
    watcher.start();
    return watcher;
  }
}
