package dev.cohort.operator.ensemble;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.operator.desired.Extras;
import dev.cohort.operator.desired.Labels;
import dev.cohort.operator.desired.Platform;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.GroupVersionKind;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The caches of what belongs to ensembles. They hold objects with the operator's label only, so
 * that they grow with the ensembles and not with the cluster.
 */
final class Informers {
  /** Kinds that the operator makes, on every cluster. */
  static final List<Class<? extends HasMetadata>> MADE =
      List.of(
          Deployment.class,
          Service.class,
          ServiceAccount.class,
          PodDisruptionBudget.class,
          NetworkPolicy.class,
          Role.class,
          RoleBinding.class);

  private Informers() {}

  static List<EventSource<?, StudentEnsemble>> of(
      EventSourceContext<StudentEnsemble> context, Platform platform) {
    List<EventSource<?, StudentEnsemble>> sources = new ArrayList<>();
    MADE.forEach(kind -> sources.add(source(kind, context)));
    sources.add(source(Pod.class, context));
    if (platform.podMonitors()) {
      sources.add(source(Extras.MONITORING, Extras.POD_MONITOR, context));
    }
    if (platform.certificates()) {
      sources.add(source(Extras.CERT_MANAGER, Extras.CERTIFICATE, context));
    }
    return sources;
  }

  /** All objects of the operator that belong to the ensemble. */
  static List<HasMetadata> objects(Context<StudentEnsemble> context, Platform platform) {
    Stream<Class<? extends HasMetadata>> extra =
        platform.podMonitors() || platform.certificates()
            ? Stream.of(GenericKubernetesResource.class)
            : Stream.of();
    return Stream.concat(MADE.stream(), extra)
        .flatMap(kind -> context.getSecondaryResources(kind).stream())
        .map(HasMetadata.class::cast)
        .collect(Collectors.toList());
  }

  private static <R extends HasMetadata> InformerEventSource<R, StudentEnsemble> source(
      Class<R> kind, EventSourceContext<StudentEnsemble> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, StudentEnsemble.class)
            .withLabelSelector(Labels.SELECTOR)
            .withSecondaryToPrimaryMapper(Informers::ensemble)
            .build(),
        context);
  }

  private static InformerEventSource<GenericKubernetesResource, StudentEnsemble> source(
      String apiVersion, String kind, EventSourceContext<StudentEnsemble> context) {
    String[] parts = apiVersion.split("/");
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(
                new GroupVersionKind(parts[0], parts[1], kind), StudentEnsemble.class)
            .withName(kind)
            .withLabelSelector(Labels.SELECTOR)
            .withSecondaryToPrimaryMapper(Informers::ensemble)
            .build(),
        context);
  }

  private static Set<ResourceID> ensemble(HasMetadata object) {
    return Observation.label(object, Labels.ENSEMBLE)
        .map(name -> Set.of(new ResourceID(name, object.getMetadata().getNamespace())))
        .orElse(Set.of());
  }
}
