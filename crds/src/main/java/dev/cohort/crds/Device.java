package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the students run on. */
public enum Device {
  /** ONNX Runtime on the processor. */
  @JsonProperty("CPU")
  CPU,
  /** Its CUDA provider. */
  @JsonProperty("CUDA")
  CUDA,
  /** Its TensorRT provider. */
  @JsonProperty("TensorRT")
  TENSOR_RT
}
