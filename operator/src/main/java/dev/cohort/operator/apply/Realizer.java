package dev.cohort.operator.apply;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.operator.desired.Owner;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the objects of one ensemble what they are to be, by server-side apply, and deletes those
 * that are not wanted any more. Called by one thread at a time, as all that belongs to one
 * ensemble.
 */
public final class Realizer {
  private static final Logger LOG = LoggerFactory.getLogger(Realizer.class);
  private static final int CONFLICT = 409;

  /**
   * What came of it.
   *
   * @param writes objects written or deleted
   * @param refusals what the API server, or this, said to others
   */
  public record Outcome(int writes, List<String> refusals) {
    /** Copies the refusals. */
    public Outcome {
      refusals = List.copyOf(refusals);
    }

    /** Nothing was to be done. */
    public static Outcome none() {
      return new Outcome(0, List.of());
    }
  }

  /**
   * What an object was right after its intent was applied. Where somebody changes what is applied
   * on its way in, the stored object never is what the intent says; then this is as good as it
   * gets.
   */
  private record Answer(String digest, String version) {
    static Answer of(Intent intent, HasMetadata stored) {
      Long generation = stored.getMetadata().getGeneration();
      return new Answer(
          intent.object().getMetadata().getAnnotations().get(Intent.DIGEST),
          generation == null ? stored.getMetadata().getResourceVersion() : generation.toString());
    }
  }

  private final Map<ObjectKey, Answer> answers = new HashMap<>();

  // Stored versions that were found to be what is wanted, not to be compared again each time.
  private final Map<ObjectKey, Met> met = new HashMap<>();

  /** A stored version that meets an intent. */
  private record Met(Intent intent, String version) {}

  /**
   * Applies and deletes.
   *
   * @param intents all objects that are wanted, in order; Deployments that get fewer pods come
   *     before all others
   * @param stored all objects of the ensemble that there are
   */
  public Outcome realize(
      Context<StudentEnsemble> context, List<Intent> intents, List<HasMetadata> stored) {
    Map<ObjectKey, HasMetadata> present = new HashMap<>();
    stored.forEach(object -> present.put(ObjectKey.of(object), object));
    List<String> refusals = new ArrayList<>();
    Set<ObjectKey> wanted = new HashSet<>();
    int writes = 0;
    for (Intent intent : givingFirst(intents, present)) {
      wanted.add(intent.key());
      writes += apply(context, intent, Optional.ofNullable(present.get(intent.key())), refusals);
    }
    answers.keySet().retainAll(wanted);
    met.keySet().retainAll(wanted);
    for (HasMetadata object : stored) {
      if (!wanted.contains(ObjectKey.of(object))) {
        writes += delete(context, object, refusals);
      }
    }
    return new Outcome(writes, refusals);
  }

  /** What asks for fewer pods goes first: else both would hold more devices than are allowed. */
  private static List<Intent> givingFirst(
      List<Intent> intents, Map<ObjectKey, HasMetadata> present) {
    return intents.stream()
        .sorted(Comparator.comparing(intent -> !isFewer(intent, present.get(intent.key()))))
        .toList();
  }

  private static boolean isFewer(Intent intent, HasMetadata stored) {
    return intent.object() instanceof Deployment wanted
        && stored instanceof Deployment now
        && wanted.getSpec().getReplicas() != null
        && wanted.getSpec().getReplicas() < now.getSpec().getReplicas();
  }

  private int apply(
      Context<StudentEnsemble> context,
      Intent intent,
      Optional<HasMetadata> stored,
      List<String> refusals) {
    if (stored.isPresent() && isMet(intent, stored.get())) {
      return 0;
    }
    try {
      if (stored.isEmpty() && isForeign(context, intent)) {
        refusals.add("%s exists and is not of this ensemble".formatted(intent.key()));
        return 0;
      }
      HasMetadata applied = context.resourceOperations().serverSideApply(intent.object());
      answers.put(intent.key(), Answer.of(intent, applied));
      LOG.info(
          "{} {} namespace={} ensemble={}",
          stored.isPresent() ? "changed" : "made",
          intent.key(),
          context.getPrimaryResource().getMetadata().getNamespace(),
          context.getPrimaryResource().getMetadata().getName());
      return 1;
    } catch (KubernetesClientException e) {
      return refused(intent.key(), e, refusals);
    }
  }

  private boolean isMet(Intent intent, HasMetadata stored) {
    String version = stored.getMetadata().getResourceVersion();
    Met last = met.get(intent.key());
    if (last != null && last.intent() == intent && last.version().equals(version)) {
      return true;
    }
    boolean holds =
        intent.isMetBy(stored) || Answer.of(intent, stored).equals(answers.get(intent.key()));
    if (holds) {
      met.put(intent.key(), new Met(intent, version));
    }
    return holds;
  }

  /**
   * The caches hold only what bears our labels: somebody else's object of this name is not there.
   */
  private static boolean isForeign(Context<StudentEnsemble> context, Intent intent) {
    HasMetadata there = context.getClient().resource(intent.object()).get();
    return there != null && !Owner.of(context.getPrimaryResource()).owns(there);
  }

  private static int delete(
      Context<StudentEnsemble> context, HasMetadata object, List<String> refusals) {
    if (object.getMetadata().getDeletionTimestamp() != null) {
      return 0;
    }
    try {
      context.getClient().resource(object).delete();
      LOG.info(
          "deleted {} namespace={} ensemble={}",
          ObjectKey.of(object),
          context.getPrimaryResource().getMetadata().getNamespace(),
          context.getPrimaryResource().getMetadata().getName());
      return 1;
    } catch (KubernetesClientException e) {
      return refused(ObjectKey.of(object), e, refusals);
    }
  }

  /** What may be different in a moment goes to the framework, which tries again. */
  private static int refused(ObjectKey key, KubernetesClientException e, List<String> refusals) {
    if (e.getCode() < 400 || e.getCode() >= 500 || e.getCode() == CONFLICT) {
      throw e;
    }
    refusals.add(
        "%s: %s"
            .formatted(key, e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage()));
    return 0;
  }
}
