package dev.cohort.operator.desired;

import dev.cohort.crds.CertificateSource;
import dev.cohort.crds.PodMonitorSpec;
import dev.cohort.crds.SeatSecurity;
import dev.cohort.crds.SecuritySpec;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Objects whose kinds only some clusters know: PodMonitor and Certificate. */
public final class Extras {
  /** API version of PodMonitor. */
  public static final String MONITORING = "monitoring.coreos.com/v1";

  /** API version of Certificate. */
  public static final String CERT_MANAGER = "cert-manager.io/v1";

  /** Kind of the Prometheus operator. */
  public static final String POD_MONITOR = "PodMonitor";

  /** Kind of cert-manager. */
  public static final String CERTIFICATE = "Certificate";

  private Extras() {}

  static List<GenericKubernetesResource> of(Blueprint blueprint) {
    List<GenericKubernetesResource> extras = new ArrayList<>();
    PodMonitorSpec monitor = blueprint.spec().observability().podMonitor();
    if (monitor.enabled() && blueprint.platform().podMonitors()) {
      extras.add(monitor(blueprint.owner(), monitor));
    }
    if (blueprint.platform().certificates() && blueprint.spec().security() != null) {
      extras.addAll(certificates(blueprint.owner(), blueprint.spec().security()));
    }
    return extras;
  }

  private static GenericKubernetesResource monitor(Owner owner, PodMonitorSpec spec) {
    Map<String, String> labels = new TreeMap<>(spec.labels());
    labels.putAll(Labels.of(owner));
    return resource(
        owner,
        MONITORING,
        POD_MONITOR,
        owner.name(),
        labels,
        Map.of(
            "selector", Map.of("matchLabels", Map.of(Labels.ENSEMBLE, owner.name())),
            "podMetricsEndpoints",
                List.of(
                    Map.of("portNumber", AggregatorWorkloads.METRICS, "path", "/metrics"),
                    Map.of("portNumber", SeatWorkloads.METRICS, "path", "/metrics"))));
  }

  private static List<GenericKubernetesResource> certificates(Owner owner, SecuritySpec security) {
    SeatSecurity seats = security.seatTls();
    return Stream.of(
            certificate(owner, Tls.CLIENT, security.clientTls(), owner.names().client()),
            certificate(
                owner, Tls.SEATS, seats == null ? null : seats.seats(), owner.names().seats()),
            certificate(
                owner,
                Tls.AGGREGATORS,
                seats == null ? null : seats.aggregators(),
                owner.names().aggregator()))
        .flatMap(List::stream)
        .toList();
  }

  private static List<GenericKubernetesResource> certificate(
      Owner owner, String role, CertificateSource source, String service) {
    if (source == null || source.issuer() == null) {
      return List.of();
    }
    String name = owner.names().certificate(role);
    String host = service + "." + owner.namespace();
    return List.of(
        resource(
            owner,
            CERT_MANAGER,
            CERTIFICATE,
            name,
            Labels.of(owner),
            Map.of(
                "secretName", name,
                "dnsNames", List.of(service, host, host + ".svc"),
                "usages", List.of("server auth", "client auth"),
                "privateKey", Map.of("encoding", "PKCS8", "rotationPolicy", "Always"),
                "issuerRef",
                    Map.of(
                        "name", source.issuer().name(),
                        "kind", Json.word(source.issuer().kind()),
                        "group", "cert-manager.io"))));
  }

  private static GenericKubernetesResource resource(
      Owner owner,
      String version,
      String kind,
      String name,
      Map<String, String> labels,
      Map<String, Object> spec) {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(version)
        .withKind(kind)
        .withMetadata(Metas.of(owner, name, labels))
        .addToAdditionalProperties("spec", new TreeMap<>(spec))
        .build();
  }
}
