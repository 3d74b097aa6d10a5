package dev.cohort.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/**
 * The operator's connection to the API server. It leaves out what the operator never looks at and
 * would otherwise keep in its caches, where it is the larger part: who manages which field of an
 * object, and what pods are made of.
 */
public final class OperatorClient {
  private OperatorClient() {}

  /** A connection by the settings of the environment; the caller closes it. */
  public static KubernetesClient open() {
    return new KubernetesClientBuilder().withKubernetesSerialization(serialization()).build();
  }

  /** How objects are read. A new one for each client, which registers its own types with it. */
  public static KubernetesSerialization serialization() {
    ObjectMapper mapper = new ObjectMapper();
    mapper.addMixIn(ObjectMeta.class, WithoutManagers.class);
    mapper.addMixIn(Pod.class, WithoutSpec.class);
    return new KubernetesSerialization(mapper, true);
  }

  @JsonIgnoreProperties("managedFields")
  private interface WithoutManagers {}

  @JsonIgnoreProperties("spec")
  private interface WithoutSpec {}
}
