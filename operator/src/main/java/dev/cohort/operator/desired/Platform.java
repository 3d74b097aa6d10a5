package dev.cohort.operator.desired;

/**
 * What the operator brings along and what the cluster can do.
 *
 * @param namespace of the operator
 * @param seatImage image of the seats where the spec names none
 * @param aggregatorImage image of the aggregators where the spec names none
 * @param imageVolumes the cluster mounts images as volumes
 * @param podMonitors the cluster knows PodMonitor
 * @param certificates the cluster knows Certificate of cert-manager
 */
public record Platform(
    String namespace,
    Image seatImage,
    Image aggregatorImage,
    boolean imageVolumes,
    boolean podMonitors,
    boolean certificates) {}
