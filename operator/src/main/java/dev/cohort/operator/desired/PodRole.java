package dev.cohort.operator.desired;

import dev.cohort.crds.ContainerResources;
import dev.cohort.crds.Placement;
import dev.cohort.crds.PodOverrides;
import dev.cohort.crds.SecretReference;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodResourceClaim;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What differs between the pods of seats and those of aggregators.
 *
 * @param labels of the pods
 * @param selector what selects the pods of the role in this ensemble
 * @param account name of the ServiceAccount
 * @param needsToken whether the pods talk to the API server
 * @param image of the container
 * @param pullSecrets for the images
 * @param environment settings of the service
 * @param ports by name
 * @param health port of {@code /health}
 * @param mounts beside the package
 * @param source the package
 * @param resources of the container
 * @param claims of devices
 * @param placement null for anywhere
 * @param pod null for nothing more
 * @param stop how the pod ends
 */
record PodRole(
    Map<String, String> labels,
    Map<String, String> selector,
    String account,
    boolean needsToken,
    Image image,
    List<SecretReference> pullSecrets,
    List<EnvVar> environment,
    Map<String, Integer> ports,
    int health,
    List<Mount> mounts,
    PackageVolume source,
    ResourceRequirements resources,
    List<PodResourceClaim> claims,
    Placement placement,
    PodOverrides pod,
    Stop stop) {
  /** Sorts the ports: in another order they are another pod, and all would be replaced. */
  PodRole {
    ports = Collections.unmodifiableMap(new TreeMap<>(ports));
  }

  /**
   * How a pod ends.
   *
   * @param leaveSeconds to be forgotten by those who connect, before the service is told to stop; 0
   *     for none
   * @param drainSeconds for what is in flight
   */
  record Stop(int leaveSeconds, int drainSeconds) {
    /** For the process to end after it has drained. */
    private static final int LAST_SECONDS = 10;

    long graceSeconds() {
      return (long) leaveSeconds + drainSeconds + LAST_SECONDS;
    }
  }

  /** Those of the spec, or the operator's own. */
  static ResourceRequirements resources(ContainerResources given, ContainerResources otherwise) {
    ContainerResources chosen = given == null ? otherwise : given;
    ResourceRequirements requirements = new ResourceRequirements();
    requirements.setRequests(new TreeMap<>(chosen.requests()));
    requirements.setLimits(new TreeMap<>(chosen.limits()));
    return requirements;
  }
}
