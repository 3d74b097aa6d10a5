package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the Service of the aggregators is reached. */
public enum ServiceType {
  /** From inside the cluster. */
  @JsonProperty("ClusterIP")
  CLUSTER_IP,
  /** Also by a port of every node. */
  @JsonProperty("NodePort")
  NODE_PORT,
  /** Also through a load balancer. */
  @JsonProperty("LoadBalancer")
  LOAD_BALANCER
}
