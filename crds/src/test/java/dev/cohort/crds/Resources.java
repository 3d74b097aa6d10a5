package dev.cohort.crds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** Reads and writes the Java types as the client library does. */
final class Resources {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final KubernetesSerialization SERIALIZATION =
      new KubernetesSerialization(MAPPER, false);

  private Resources() {}

  static StudentEnsembleSpec spec(String yaml) {
    return SERIALIZATION.unmarshal(yaml, StudentEnsembleSpec.class);
  }

  static StudentEnsemble ensemble(String yaml) {
    return SERIALIZATION.unmarshal(yaml, StudentEnsemble.class);
  }

  static JsonNode json(Object value) {
    return Definition.parse(SERIALIZATION.asYaml(value));
  }
}
