package dev.cohort.student.engine;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.util.Locale;

/** Whether a GPU that was asked for is there. It is used, or the start fails; never the CPU. */
final class Gpu {
  private Gpu() {}

  /**
   * @throws EngineException when this build of ONNX Runtime has no such provider
   */
  static void require(Device device, OrtProvider provider) {
    if (!OnnxRuntime.has(provider)) {
      throw new EngineException(
          "cohort.device is %s, but this build has %s for the CPU only; build with the Maven profile"
                  .formatted(key(device), OnnxRuntime.version())
              + " gpu, or set cohort.device=cpu");
    }
  }

  /**
   * Makes and drops options: loads the provider's library and what it depends on.
   *
   * @throws EngineException when that is missing
   */
  static void probe(Sessions sessions) {
    try (SessionOptions options = sessions.options(0)) {
      options.getConfigEntries();
    }
  }

  static EngineException unusable(Device device, OrtException cause) {
    return new EngineException(
        "cohort.device is %s, but ONNX Runtime cannot use it (driver, CUDA, cuDNN%s)"
            .formatted(key(device), device == Device.TENSORRT ? ", TensorRT" : ""),
        cause);
  }

  private static String key(Device device) {
    return device.name().toLowerCase(Locale.ROOT);
  }
}
