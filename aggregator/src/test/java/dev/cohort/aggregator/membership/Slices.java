package dev.cohort.aggregator.membership;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;

/** EndpointSlices as a cluster makes them. */
final class Slices {
  static final String NAMESPACE = "cohort";
  static final String SERVICE = "student-0";

  private Slices() {}

  /** A slice of the Service with one port, {@code grpc}. */
  static EndpointSlice slice(String name, String family, int port, Endpoint... endpoints) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(NAMESPACE)
        .addToLabels("kubernetes.io/service-name", SERVICE)
        .endMetadata()
        .withAddressType(family)
        .addNewPort()
        .withName("grpc")
        .withPort(port)
        .endPort()
        .withEndpoints(List.of(endpoints))
        .build();
  }

  static Endpoint ready(String address, String pod) {
    return endpoint(address, pod, true, true, false);
  }

  static Endpoint starting(String address, String pod) {
    return endpoint(address, pod, false, false, false);
  }

  /** Still serves what it has. */
  static Endpoint terminating(String address, String pod) {
    return endpoint(address, pod, false, true, true);
  }

  private static Endpoint endpoint(
      String address, String pod, boolean ready, boolean serving, boolean terminating) {
    return new EndpointBuilder()
        .withAddresses(address)
        .withNewConditions()
        .withReady(ready)
        .withServing(serving)
        .withTerminating(terminating)
        .endConditions()
        .withNewTargetRef()
        .withKind("Pod")
        .withName(pod)
        .withUid("uid-of-" + pod)
        .endTargetRef()
        .build();
  }
}
