package dev.cohort.operator.config;

import dev.cohort.operator.desired.Extras;
import dev.cohort.operator.desired.Platform;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.VersionInfo;

/** What a cluster can do, asked once at the start. */
public final class Platforms {
  /** From this minor version of Kubernetes 1 on images can be mounted without a feature gate. */
  private static final int IMAGE_VOLUMES = 35;

  private Platforms() {}

  /** Asks the API server. */
  public static Platform of(OperatorSettings settings, KubernetesClient client) {
    return new Platform(
        settings.namespace(),
        settings.seatImage(),
        settings.aggregatorImage(),
        switch (settings.imageVolumes()) {
          case ON -> true;
          case OFF -> false;
          case AUTO -> minor(client.getKubernetesVersion()) >= IMAGE_VOLUMES;
        },
        client.supports(Extras.MONITORING, Extras.POD_MONITOR),
        client.supports(Extras.CERT_MANAGER, Extras.CERTIFICATE));
  }

  /** Some distributions write {@code 34+}. */
  private static int minor(VersionInfo version) {
    String digits = version.getMinor().replaceAll("[^0-9].*", "");
    return digits.isEmpty() ? 0 : Integer.parseInt(digits);
  }
}
