package dev.cohort.student.engine;

import ai.onnxruntime.OrtSession.SessionOptions;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Package;

/** The session options of a package's students on one device. Immutable. */
sealed interface Sessions permits CpuSessions, CudaSessions, TensorRtSessions {
  /**
   * Options of one student's session. The caller closes them after loading.
   *
   * @throws EngineException when the runtime refuses one, or the device cannot be used
   */
  SessionOptions options(int student);

  /** For people: empty on the CPU, else the device with a comma before it. */
  String suffix();

  /** Arithmetic in use: {@code fp32} or {@code fp16}. */
  default String precision() {
    return "fp32";
  }

  /**
   * How far an answer may be from the manifest's self-test, beyond its own tolerance, as a share of
   * the largest number of the expected answer.
   */
  default float looseness() {
    return 0;
  }

  /**
   * Sessions on the device that the settings name.
   *
   * @param limits what one batch may hold
   * @throws EngineException when that device, or what is needed to use it, is missing
   */
  static Sessions of(EngineSettings settings, Package source, BatchRules limits) {
    return switch (settings.device()) {
      case CPU -> new CpuSessions(settings.intraOpThreads());
      case CUDA -> CudaSessions.of(settings);
      case TENSORRT -> TensorRtSessions.of(settings, source, limits);
    };
  }
}
