package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How the folder of an image comes into a pod. */
public enum ImageMount {
  /** An image volume where the cluster has them, else a copy. */
  @JsonProperty("Auto")
  AUTO,
  /** An image volume. */
  @JsonProperty("Volume")
  VOLUME,
  /** An init container from the image copies the folder; the image needs a shell and cp. */
  @JsonProperty("Copy")
  COPY
}
