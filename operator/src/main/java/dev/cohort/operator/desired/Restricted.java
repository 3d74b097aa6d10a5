package dev.cohort.operator.desired;

import dev.cohort.crds.PodUser;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;

/** What the pod security standard {@code restricted} asks for, and a read-only root besides. */
final class Restricted {
  /** Native libraries are unpacked there. */
  private static final Quantity TEMPORARY_LIMIT = new Quantity("512Mi");

  private Restricted() {}

  static SecurityContext container() {
    return new SecurityContextBuilder()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .build();
  }

  /**
   * @param user of the spec; null for that of the image
   */
  static PodSecurityContext pod(PodUser user) {
    PodSecurityContextBuilder context =
        new PodSecurityContextBuilder()
            .withRunAsNonRoot(true)
            .withNewSeccompProfile()
            .withType("RuntimeDefault")
            .endSeccompProfile();
    if (user != null) {
      context
          .withRunAsUser(user.runAsUser())
          .withRunAsGroup(user.runAsGroup())
          .withFsGroup(user.fsGroup());
    }
    return context.build();
  }

  /** The only place that can be written to. */
  static Mount temporary() {
    return Mount.empty("tmp", "/tmp", TEMPORARY_LIMIT);
  }
}
