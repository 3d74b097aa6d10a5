package dev.cohort.operator.desired;

import dev.cohort.crds.ServiceSpec;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import java.util.TreeMap;

/** The Services of an ensemble. */
final class Networking {
  private Networking() {}

  /** What clients use. */
  static Service client(Blueprint blueprint) {
    Owner owner = blueprint.owner();
    ServiceSpec spec = blueprint.spec().aggregator().service();
    return new ServiceBuilder()
        .withMetadata(Metas.of(owner, owner.names().client(), Labels.of(owner, Labels.AGGREGATOR)))
        .editMetadata()
        .withAnnotations(spec.annotations().isEmpty() ? null : new TreeMap<>(spec.annotations()))
        .endMetadata()
        .withNewSpec()
        .withType(Json.word(spec.type()))
        .withLoadBalancerClass(spec.loadBalancerClass())
        .withSelector(Labels.selecting(owner, Labels.AGGREGATOR))
        .withPorts(port("grpc", AggregatorWorkloads.GRPC), port("http", AggregatorWorkloads.HTTP))
        .endSpec()
        .build();
  }

  /** What the aggregators find the seats by; it has no address of its own. */
  static Service seats(Blueprint blueprint) {
    Owner owner = blueprint.owner();
    return new ServiceBuilder()
        .withMetadata(Metas.of(owner, owner.names().seats(), Labels.of(owner, Labels.SEAT)))
        .withNewSpec()
        .withClusterIP("None")
        .withSelector(Labels.selecting(owner, Labels.SEAT))
        .withPorts(port("grpc", SeatWorkloads.GRPC))
        .endSpec()
        .build();
  }

  private static ServicePort port(String name, int number) {
    return new ServicePortBuilder()
        .withName(name)
        .withPort(number)
        .withTargetPort(new IntOrString(name))
        .withProtocol("TCP")
        .build();
  }
}
