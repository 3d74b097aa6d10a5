package dev.cohort.aggregator.model;

import dev.cohort.aggregator.RefusedException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models of this process, by name and by package digest. Immutable and thread-safe. */
public final class ModelCatalog {
  private final Map<String, ServedModel> byName = new LinkedHashMap<>();
  private final Map<String, ServedModel> byDigest = new LinkedHashMap<>();

  /**
   * A catalog of models.
   *
   * @throws IllegalArgumentException when two have the same name
   */
  public ModelCatalog(List<ServedModel> models) {
    for (ServedModel model : models) {
      if (byName.put(model.name(), model) != null) {
        throw new IllegalArgumentException(
            "two packages have the name '%s'; names must differ".formatted(model.name()));
      }
      byDigest.put(model.digest(), model);
    }
  }

  /**
   * The model of a request.
   *
   * @param version empty: whichever is served
   * @throws RefusedException {@code NOT_FOUND} when there is none
   */
  public ServedModel find(String name, String version) {
    ServedModel model = byName.get(name);
    if (model == null) {
      throw RefusedException.notFound(
          "model '%s' is not served; served are %s".formatted(name, byName.keySet()));
    }
    if (!version.isEmpty() && !version.equals(model.version())) {
      throw RefusedException.notFound(
          "model '%s' has no version '%s'; served is '%s'"
              .formatted(name, version, model.version()));
    }
    return model;
  }

  /** The model whose package has this digest. */
  public Optional<ServedModel> withDigest(String digest) {
    return Optional.ofNullable(byDigest.get(digest));
  }

  /** The model of this name, whatever its version. */
  public Optional<ServedModel> named(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All models, in the order of configuration. */
  public Collection<ServedModel> all() {
    return List.copyOf(byName.values());
  }
}
