package dev.cohort.operator.desired;

import dev.cohort.crds.HttpsSource;
import dev.cohort.crds.TracingSpec;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who may connect to whom: seats are reached by their aggregators, aggregators by the clients that
 * the spec names and by the operator.
 */
final class Policies {
  private static final int DNS = 53;

  /** Services of the API server stand on the first, its own port is often the second. */
  private static final List<Integer> API_SERVER = List.of(443, 6443);

  private static final String NAMESPACE = "kubernetes.io/metadata.name";

  private Policies() {}

  static List<NetworkPolicy> of(Blueprint blueprint) {
    return blueprint.spec().networkPolicy().enabled()
        ? List.of(seats(blueprint), aggregators(blueprint))
        : List.of();
  }

  private static NetworkPolicy seats(Blueprint blueprint) {
    Owner owner = blueprint.owner();
    List<NetworkPolicyIngressRule> in = new ArrayList<>();
    in.add(
        new NetworkPolicyIngressRuleBuilder()
            .withFrom(pods(Labels.selecting(owner, Labels.AGGREGATOR)))
            .withPorts(tcp(SeatWorkloads.GRPC))
            .build());
    scraped(blueprint, SeatWorkloads.METRICS, in);
    return policy(
        owner, owner.names().student(), Labels.SEAT, in, outside(blueprint, new TreeSet<>()));
  }

  private static NetworkPolicy aggregators(Blueprint blueprint) {
    Owner owner = blueprint.owner();
    List<NetworkPolicyIngressRule> in = new ArrayList<>();
    in.add(
        new NetworkPolicyIngressRuleBuilder()
            .withFrom(clients(blueprint.spec().networkPolicy().clientNamespaces()))
            .withPorts(tcp(AggregatorWorkloads.GRPC), tcp(AggregatorWorkloads.HTTP))
            .build());
    in.add(
        new NetworkPolicyIngressRuleBuilder()
            .withFrom(operator(blueprint.platform()))
            .withPorts(tcp(AggregatorWorkloads.GRPC))
            .build());
    scraped(blueprint, AggregatorWorkloads.METRICS, in);
    List<NetworkPolicyEgressRule> out = outside(blueprint, new TreeSet<>(API_SERVER));
    out.add(
        new NetworkPolicyEgressRuleBuilder()
            .withTo(pods(Labels.selecting(owner, Labels.SEAT)))
            .withPorts(tcp(SeatWorkloads.GRPC))
            .build());
    return policy(owner, owner.names().aggregator(), Labels.AGGREGATOR, in, out);
  }

  /** Everybody when no namespace is named. */
  private static List<NetworkPolicyPeer> clients(List<String> namespaces) {
    return namespaces.isEmpty()
        ? List.of()
        : List.of(
            new NetworkPolicyPeerBuilder()
                .withNewNamespaceSelector()
                .addNewMatchExpression()
                .withKey(NAMESPACE)
                .withOperator("In")
                .withValues(namespaces.stream().sorted().toList())
                .endMatchExpression()
                .endNamespaceSelector()
                .build());
  }

  private static NetworkPolicyPeer operator(Platform platform) {
    return new NetworkPolicyPeerBuilder()
        .withPodSelector(selector(Labels.operator()))
        .withNamespaceSelector(selector(Map.of(NAMESPACE, platform.namespace())))
        .build();
  }

  private static void scraped(Blueprint blueprint, int port, List<NetworkPolicyIngressRule> in) {
    if (blueprint.spec().observability().podMonitor().enabled()) {
      in.add(new NetworkPolicyIngressRuleBuilder().withPorts(tcp(port)).build());
    }
  }

  /** Names, traces, the package, and the ports given. */
  private static List<NetworkPolicyEgressRule> outside(Blueprint blueprint, Set<Integer> ports) {
    TracingSpec tracing = blueprint.spec().observability().tracing();
    if (tracing != null) {
      ports.add(port(tracing.endpoint()));
    }
    blueprint.generations().stream()
        .map(generation -> generation.revision().source().https())
        .filter(https -> https != null)
        .map(HttpsSource::url)
        .forEach(url -> ports.add(port(url)));
    List<NetworkPolicyEgressRule> out = new ArrayList<>();
    out.add(
        new NetworkPolicyEgressRuleBuilder()
            .withPorts(new NetworkPolicyPort(null, new IntOrString(DNS), "UDP"), tcp(DNS))
            .build());
    if (!ports.isEmpty()) {
      out.add(
          new NetworkPolicyEgressRuleBuilder()
              .withPorts(ports.stream().map(Policies::tcp).toList())
              .build());
    }
    return out;
  }

  private static int port(String address) {
    URI uri = URI.create(address);
    int otherwise = uri.getScheme().equals("https") ? 443 : 80;
    return uri.getPort() < 0 ? otherwise : uri.getPort();
  }

  private static NetworkPolicy policy(
      Owner owner,
      String name,
      String component,
      List<NetworkPolicyIngressRule> in,
      List<NetworkPolicyEgressRule> out) {
    return new NetworkPolicyBuilder()
        .withMetadata(Metas.of(owner, name, Labels.of(owner, component)))
        .withNewSpec()
        .withPodSelector(selector(Labels.selecting(owner, component)))
        .withPolicyTypes("Ingress", "Egress")
        .withIngress(in)
        .withEgress(out)
        .endSpec()
        .build();
  }

  private static NetworkPolicyPeer pods(Map<String, String> labels) {
    return new NetworkPolicyPeerBuilder().withPodSelector(selector(labels)).build();
  }

  private static LabelSelector selector(Map<String, String> labels) {
    return new LabelSelectorBuilder().withMatchLabels(labels).build();
  }

  private static NetworkPolicyPort tcp(int port) {
    return new NetworkPolicyPort(null, new IntOrString(port), "TCP");
  }
}
