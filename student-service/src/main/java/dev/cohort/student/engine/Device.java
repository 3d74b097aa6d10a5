package dev.cohort.student.engine;

/** Where students run. */
public enum Device {
  /** The processor, with its own memory. */
  CPU,
  /** A GPU, through ONNX Runtime's CUDA provider, fp32. */
  CUDA,
  /** A GPU, through ONNX Runtime's TensorRT provider, fp16; CUDA takes what TensorRT cannot. */
  TENSORRT
}
