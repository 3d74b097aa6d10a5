package dev.cohort.operator.desired;

import dev.cohort.crds.Accelerator;
import dev.cohort.crds.ContainerResources;
import dev.cohort.crds.Device;
import dev.cohort.crds.EngineSpec;
import dev.cohort.crds.ResourceClaimReference;
import dev.cohort.crds.SeatSpec;
import dev.cohort.operator.desired.Blueprint.Generation;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.PodResourceClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceClaim;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** One Deployment for each student: its home seats. */
final class SeatWorkloads {
  /** Port of the student protocol. */
  static final int GRPC = 9100;

  /** Port of health and metrics. */
  static final int METRICS = 9101;

  /** For the aggregators to connect to the seat that comes for it, while it still serves. */
  private static final int LEAVE_SECONDS = 3;

  private static final String CERTIFICATES = "/cohort/tls";
  private static final String ENGINES = "/cohort/engines";
  private static final String CLAIM = "accelerator";
  private static final ContainerResources DEFAULTS =
      new ContainerResources(
          Map.of("cpu", new Quantity("250m"), "memory", new Quantity("512Mi")),
          Map.of("memory", new Quantity("1Gi")));

  private SeatWorkloads() {}

  static List<Deployment> of(Blueprint blueprint, Generation generation) {
    return IntStream.range(0, generation.seats().size())
        .mapToObj(student -> deployment(blueprint, generation, student))
        .toList();
  }

  private static Deployment deployment(Blueprint blueprint, Generation generation, int student) {
    Owner owner = blueprint.owner();
    Revision revision = generation.revision();
    Map<String, String> labels =
        Labels.with(
            Labels.with(Labels.of(owner, Labels.SEAT), Labels.STUDENT, Integer.toString(student)),
            Labels.REVISION,
            revision.id());
    return Workloads.of(
        blueprint,
        owner.names().student(student, revision),
        revision,
        generation.seats().get(student),
        labels,
        PodTemplates.of(role(blueprint, revision, student, labels)));
  }

  private static PodRole role(
      Blueprint blueprint, Revision revision, int student, Map<String, String> labels) {
    SeatSpec spec = blueprint.spec().seats();
    PackageVolume source = PackageVolume.of(revision, blueprint.platform());
    return new PodRole(
        labels,
        Labels.selecting(blueprint.owner(), Labels.SEAT),
        blueprint.owner().names().student(),
        false,
        revision.seatImage(),
        blueprint.spec().imagePullSecrets(),
        environment(blueprint, student, source.folder()),
        Map.of("grpc", GRPC),
        METRICS,
        mounts(blueprint),
        source,
        resources(spec),
        claims(spec.accelerator()),
        spec.placement(),
        spec.pod(),
        new PodRole.Stop(LEAVE_SECONDS, spec.drainSeconds()));
  }

  private static List<EnvVar> environment(Blueprint blueprint, int student, String folder) {
    EngineSpec engine = blueprint.spec().engine();
    boolean tls = Tls.inner(blueprint.spec().security()).isPresent();
    return new Environment()
        .set("cohort.package", folder)
        .set("cohort.home-student", student)
        .set("cohort.regime", word(blueprint.spec().regime()))
        .set("cohort.device", word(engine.device()))
        .set("cohort.device-memory", bytes(engine.deviceMemory()))
        .set("cohort.engine-cache", engine.device() == Device.TENSOR_RT ? ENGINES : null)
        .set("cohort.precision", word(engine.precision()))
        .set("cohort.precision-floor", engine.precisionFloor())
        .set("cohort.lanes", engine.lanes())
        .set("cohort.intra-op-threads", engine.threads())
        .set("cohort.max-rows", engine.maxRows())
        .set("cohort.max-tokens", engine.maxTokens())
        .set("cohort.max-row-tokens", engine.maxRowTokens())
        .set("cohort.drain-timeout", blueprint.spec().seats().drainSeconds() + "s")
        .set("cohort.host", "0.0.0.0")
        .set("cohort.port", GRPC)
        .set("cohort.metrics-port", METRICS)
        .set("cohort.tls.certificate", tls ? CERTIFICATES + "/tls.crt" : null)
        .set("cohort.tls.key", tls ? CERTIFICATES + "/tls.key" : null)
        .set("cohort.tls.client-ca", tls ? CERTIFICATES + "/ca.crt" : null)
        .set("cohort.tls.mode", tls ? null : "plaintext")
        .set("cohort.auth.mode", tls ? null : "none")
        .tracing(blueprint.spec().observability().tracing(), false)
        .variables();
  }

  private static List<Mount> mounts(Blueprint blueprint) {
    List<Mount> mounts = new ArrayList<>();
    Tls.seats(blueprint.owner(), blueprint.spec().security())
        .ifPresent(secret -> mounts.add(Mount.secret("tls", CERTIFICATES, secret)));
    if (blueprint.spec().engine().device() == Device.TENSOR_RT) {
      mounts.add(Mount.empty("engines", ENGINES, null));
    }
    return mounts;
  }

  private static ResourceRequirements resources(SeatSpec spec) {
    ResourceRequirements resources = PodRole.resources(spec.resources(), DEFAULTS);
    Accelerator accelerator = spec.accelerator();
    if (accelerator == null) {
      return resources;
    }
    if (accelerator.extendedResource() != null) {
      Quantity count = new Quantity(accelerator.extendedResource().count().toString());
      resources.getLimits().put(accelerator.extendedResource().name(), count);
      resources.getRequests().put(accelerator.extendedResource().name(), count);
    }
    claim(accelerator)
        .ifPresent(
            claim -> resources.setClaims(List.of(new ResourceClaim(CLAIM, claim.request()))));
    return resources;
  }

  private static List<PodResourceClaim> claims(Accelerator accelerator) {
    if (accelerator == null) {
      return List.of();
    }
    return claim(accelerator).stream()
        .map(
            claim ->
                new PodResourceClaimBuilder()
                    .withName(CLAIM)
                    .withResourceClaimName(name(accelerator.resourceClaim()))
                    .withResourceClaimTemplateName(name(accelerator.resourceClaimTemplate()))
                    .build())
        .toList();
  }

  private static Optional<ResourceClaimReference> claim(Accelerator accelerator) {
    return Optional.ofNullable(accelerator.resourceClaim())
        .or(() -> Optional.ofNullable(accelerator.resourceClaimTemplate()));
  }

  private static String name(ResourceClaimReference claim) {
    return claim == null ? null : claim.name();
  }

  private static String word(Enum<?> value) {
    return Json.word(value).toLowerCase(Locale.ROOT);
  }

  private static String bytes(Quantity quantity) {
    return quantity == null ? null : quantity.getNumericalAmount().toBigInteger().toString();
  }
}
