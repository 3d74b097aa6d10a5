package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.model.ServedModel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Which models can be answered now. Written by the dispatch thread, read by anyone. */
public final class Readiness {
  /** Learns of changes. */
  @FunctionalInterface
  public interface Listener {
    void changed(ServedModel model, boolean ready);
  }

  private final Map<ServedModel, Boolean> ready = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();

  boolean isReady(ServedModel model) {
    return ready.getOrDefault(model, false);
  }

  void listen(Listener listener) {
    listeners.add(listener);
  }

  void set(ServedModel model, boolean now) {
    Boolean before = ready.put(model, now);
    if (!Boolean.valueOf(now).equals(before)) {
      listeners.forEach(listener -> listener.changed(model, now));
    }
  }
}
