package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Kind of an issuer of cert-manager. */
public enum IssuerKind {
  /** In the same namespace. */
  @JsonProperty("Issuer")
  ISSUER,
  /** For all namespaces. */
  @JsonProperty("ClusterIssuer")
  CLUSTER_ISSUER
}
