package dev.cohort.operator.apply;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cohort.operator.desired.Json;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.HashMap;
import java.util.Map;

/**
 * An object as the operator wants it, with an annotation that holds the digest of all of it.
 * Immutable as long as nobody changes the object.
 *
 * @param object to be applied, with the annotation
 * @param tree of the object
 */
public record Intent(HasMetadata object, JsonNode tree) {
  /** Digest of what was applied last. */
  static final String DIGEST = "cohort.dev/intent";

  private static final int DIGITS = 16;

  /** Takes the object over and annotates it. */
  public static Intent of(HasMetadata object) {
    String digest = Json.sha256(Json.write(object)).substring(0, DIGITS);
    Map<String, String> annotations = new HashMap<>();
    if (object.getMetadata().getAnnotations() != null) {
      annotations.putAll(object.getMetadata().getAnnotations());
    }
    annotations.put(DIGEST, digest);
    object.getMetadata().setAnnotations(annotations);
    return new Intent(object, Json.tree(object));
  }

  /** Which object this is about. */
  public ObjectKey key() {
    return ObjectKey.of(object);
  }

  /**
   * Whether a stored object is what this wants: it was made from the same intent, and nobody has
   * changed a field of it since. Fields that only others set make no difference.
   */
  public boolean isMetBy(HasMetadata stored) {
    return Subset.holds(tree, Json.tree(stored));
  }
}
