package dev.cohort.operator.desired;

import dev.cohort.crds.AggregatorSpec;
import dev.cohort.crds.Batching;
import dev.cohort.crds.ContainerResources;
import dev.cohort.crds.PruningSpec;
import dev.cohort.crds.SecuritySpec;
import dev.cohort.crds.ServingLimits;
import dev.cohort.crds.ServingSpec;
import dev.cohort.operator.desired.Blueprint.Generation;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The Deployment of the aggregators. */
final class AggregatorWorkloads {
  /** Port of the Open Inference Protocol over gRPC, and of the burst signals. */
  static final int GRPC = 8001;

  /** Port of the Open Inference Protocol over HTTP. */
  static final int HTTP = 8000;

  /** Port of health and metrics. */
  static final int METRICS = 8002;

  /** For everybody who connects to forget the address of a pod that is to stop. */
  private static final int LEAVE_SECONDS = 5;

  private static final String CLIENT_TLS = "/cohort/client-tls";
  private static final String CLIENT_CA = "/cohort/client-ca";
  private static final String TOKENS = "/cohort/tokens";
  private static final String SEATS_TLS = "/cohort/seats-tls";
  private static final ContainerResources DEFAULTS =
      new ContainerResources(
          Map.of("cpu", new Quantity("250m"), "memory", new Quantity("384Mi")),
          Map.of("memory", new Quantity("768Mi")));

  private AggregatorWorkloads() {}

  static Deployment of(Blueprint blueprint, Generation generation) {
    Revision revision = generation.revision();
    Map<String, String> labels =
        Labels.with(
            Labels.of(blueprint.owner(), Labels.AGGREGATOR), Labels.REVISION, revision.id());
    return Workloads.of(
        blueprint,
        blueprint.owner().names().aggregator(revision),
        revision,
        generation.aggregators(),
        labels,
        PodTemplates.of(role(blueprint, revision, labels)));
  }

  private static PodRole role(Blueprint blueprint, Revision revision, Map<String, String> labels) {
    AggregatorSpec spec = blueprint.spec().aggregator();
    PackageVolume source = PackageVolume.of(revision, blueprint.platform());
    return new PodRole(
        labels,
        Labels.selecting(blueprint.owner(), Labels.AGGREGATOR),
        blueprint.owner().names().aggregator(),
        true,
        revision.aggregatorImage(),
        blueprint.spec().imagePullSecrets(),
        environment(blueprint, source.folder()),
        Map.of("grpc", GRPC, "http", HTTP),
        METRICS,
        mounts(blueprint),
        source,
        PodRole.resources(spec.resources(), DEFAULTS),
        List.of(),
        spec.placement(),
        spec.pod(),
        new PodRole.Stop(LEAVE_SECONDS, spec.drainSeconds()));
  }

  private static List<EnvVar> environment(Blueprint blueprint, String folder) {
    Environment environment =
        new Environment()
            .set("cohort.packages", folder)
            .set(
                "cohort.seats",
                "kubernetes:///%s:grpc".formatted(blueprint.owner().names().seats()))
            .set("cohort.host", "0.0.0.0")
            .set("cohort.grpc-port", GRPC)
            .set("cohort.http-port", HTTP)
            .set("cohort.metrics-port", METRICS)
            .set("cohort.drain", blueprint.spec().aggregator().drainSeconds() + "s")
            .tracing(blueprint.spec().observability().tracing(), true);
    serving(environment, blueprint.spec().serving());
    limits(environment, blueprint.spec().serving().limits());
    pruning(environment, blueprint.spec().pruning());
    security(environment, blueprint);
    return environment.variables();
  }

  private static void serving(Environment environment, ServingSpec serving) {
    environment
        .set("cohort.timeout", serving.timeoutSeconds() + "s")
        .set("cohort.latency-target", millis(serving.latencyTargetMillis()))
        .set("cohort.batching", Json.word(serving.batching()).toLowerCase(Locale.ROOT))
        .set(
            "cohort.batching-window",
            serving.batching() == Batching.LAZY && serving.batchingWindowMillis() != null
                ? millis(serving.batchingWindowMillis())
                : null);
  }

  private static void limits(Environment environment, ServingLimits limits) {
    environment
        .set("cohort.limits.message-bytes", limits.messageBytes())
        .set("cohort.limits.rows", limits.rows())
        .set("cohort.limits.queue-requests", limits.queueRequests())
        .set("cohort.limits.queue-tokens", limits.queueTokens())
        .set("cohort.limits.queue-bytes", limits.queueBytes())
        .set("cohort.limits.connections", limits.connections())
        .set("cohort.limits.streams", limits.streams());
  }

  private static void pruning(Environment environment, PruningSpec pruning) {
    environment
        .set("cohort.quality-floor", pruning.qualityFloor())
        .set("cohort.students.min", pruning.minStudents())
        .set("cohort.students.max", pruning.maxStudents())
        .set("cohort.students.quiet", millis(pruning.quietMillis()));
  }

  private static void security(Environment environment, Blueprint blueprint) {
    SecuritySpec security = blueprint.spec().security();
    boolean client = Tls.client(blueprint.owner(), security).isPresent();
    boolean authority = client && security.clientAuthority() != null;
    boolean tokens = client && security.clientTokens() != null;
    boolean seats = Tls.inner(security).isPresent();
    environment
        .set("cohort.tls.certificate", client ? CLIENT_TLS + "/tls.crt" : null)
        .set("cohort.tls.key", client ? CLIENT_TLS + "/tls.key" : null)
        .set("cohort.tls.client-ca", authority ? CLIENT_CA + "/ca.crt" : null)
        .set("cohort.tls.mode", client ? null : "plaintext")
        .set("cohort.auth.tokens", tokens ? TOKENS + "/" + security.clientTokens().key() : null)
        .set("cohort.auth.mode", tokens || authority ? null : "none")
        .set("cohort.seats-tls.ca", seats ? SEATS_TLS + "/ca.crt" : null)
        .set("cohort.seats-tls.certificate", seats ? SEATS_TLS + "/tls.crt" : null)
        .set("cohort.seats-tls.key", seats ? SEATS_TLS + "/tls.key" : null)
        .set("cohort.seats-tls.mode", seats ? null : "plaintext");
  }

  private static List<Mount> mounts(Blueprint blueprint) {
    SecuritySpec security = blueprint.spec().security();
    List<Mount> mounts = new ArrayList<>();
    Tls.client(blueprint.owner(), security)
        .ifPresent(secret -> mounts.add(Mount.secret("client-tls", CLIENT_TLS, secret)));
    Optional.ofNullable(security)
        .map(SecuritySpec::clientAuthority)
        .ifPresent(ca -> mounts.add(Mount.secret("client-ca", CLIENT_CA, ca.name())));
    Optional.ofNullable(security)
        .map(SecuritySpec::clientTokens)
        .ifPresent(tokens -> mounts.add(Mount.secret("tokens", TOKENS, tokens.secretName())));
    Tls.aggregators(blueprint.owner(), security)
        .ifPresent(secret -> mounts.add(Mount.secret("seats-tls", SEATS_TLS, secret)));
    return mounts;
  }

  private static String millis(int millis) {
    return millis + "ms";
  }
}
