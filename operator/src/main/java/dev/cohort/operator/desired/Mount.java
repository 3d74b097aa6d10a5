package dev.cohort.operator.desired;

import io.fabric8.kubernetes.api.model.EmptyDirVolumeSource;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;

/**
 * A volume and where a container sees it.
 *
 * @param volume of the pod
 * @param path in the container
 * @param readOnly whether the container may only read
 */
record Mount(Volume volume, String path, boolean readOnly) {
  /** Space of the pod's own. */
  static Mount empty(String name, String path, Quantity limit) {
    EmptyDirVolumeSource source = new EmptyDirVolumeSource();
    source.setSizeLimit(limit);
    return new Mount(new VolumeBuilder().withName(name).withEmptyDir(source).build(), path, false);
  }

  /** All keys of a Secret as files. */
  static Mount secret(String name, String path, String secret) {
    return new Mount(
        new VolumeBuilder()
            .withName(name)
            .withNewSecret()
            .withSecretName(secret)
            .endSecret()
            .build(),
        path,
        true);
  }

  VolumeMount inContainer() {
    return new VolumeMountBuilder()
        .withName(volume.getName())
        .withMountPath(path)
        .withReadOnly(readOnly ? true : null)
        .build();
  }
}
