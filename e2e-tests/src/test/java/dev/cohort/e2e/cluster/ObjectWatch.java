package dev.cohort.e2e.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;

/**
 * Each state of some objects as the API server tells of it; what is deleted is not told.
 * Thread-safe.
 *
 * @param <T> kind of the objects
 */
public final class ObjectWatch<T extends HasMetadata> implements AutoCloseable {
  private final Timeline<T> states = new Timeline<>();
  private final SharedIndexInformer<T> informer;

  /** Begins to watch. */
  public ObjectWatch(Informable<T> objects) {
    informer = objects.inform(new Told());
  }

  /** What came. */
  public Timeline<T> states() {
    return states;
  }

  @Override
  public void close() {
    informer.close();
  }

  /** Notes what is told. */
  private final class Told implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T object) {
      states.add(object);
    }

    @Override
    public void onUpdate(T before, T now) {
      states.add(now);
    }

    @Override
    public void onDelete(T object, boolean unknown) {
      // Nobody asks for it.
    }
  }
}
