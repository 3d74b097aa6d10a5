package dev.cohort.operator.desired;

import dev.cohort.crds.ServiceSpec;
import dev.cohort.operator.desired.Blueprint.Refusal;
import dev.cohort.operator.desired.Blueprint.Serving;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The Services of an ensemble. */
public final class Networking {
  private static final String REFUSED = "cohort.dev/refused";

  private Networking() {}

  /** Whom the Service of the clients says that they reach; empty for a Service of somebody else. */
  public static Optional<Serving> serving(Service client) {
    Map<String, String> annotations =
        Optional.ofNullable(client.getMetadata().getAnnotations()).orElse(Map.of());
    return Optional.ofNullable(annotations.get(Workloads.REVISION))
        .map(Revision::parse)
        .map(
            revision ->
                new Serving(
                    revision,
                    Optional.ofNullable(annotations.get(REFUSED))
                        .map(text -> Json.read(text, Refusal.class))));
  }

  /** The revision that a Deployment of the operator is of; empty for any other. */
  public static Optional<Revision> revision(Deployment deployment) {
    return Optional.ofNullable(deployment.getMetadata().getAnnotations())
        .map(annotations -> annotations.get(Workloads.REVISION))
        .map(Revision::parse);
  }

  private static Map<String, String> annotations(Serving serving, ServiceSpec spec) {
    Map<String, String> annotations = new TreeMap<>(spec.annotations());
    annotations.put(Workloads.REVISION, serving.revision().json());
    serving.refused().ifPresent(refusal -> annotations.put(REFUSED, Json.write(refusal)));
    return annotations;
  }

  /** What clients use. */
  static Service client(Blueprint blueprint) {
    Owner owner = blueprint.owner();
    ServiceSpec spec = blueprint.spec().aggregator().service();
    return new ServiceBuilder()
        .withMetadata(Metas.of(owner, owner.names().client(), Labels.of(owner, Labels.AGGREGATOR)))
        .editMetadata()
        .withAnnotations(annotations(blueprint.serving(), spec))
        .endMetadata()
        .withNewSpec()
        .withType(Json.word(spec.type()))
        .withLoadBalancerClass(spec.loadBalancerClass())
        .withSelector(
            Labels.with(
                Labels.selecting(owner, Labels.AGGREGATOR),
                Labels.REVISION,
                blueprint.serving().revision().id()))
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
