package dev.cohort.student.engine;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sessions on a GPU through the CUDA provider. ONNX Runtime keeps the few operators that compute
 * shapes on the CPU on purpose, so the switch that forbids every CPU operator must stay off here;
 * that the GPU is used at all is certain, since a provider that cannot be had is an error.
 */
record CudaSessions(int deviceId, int intraOpThreads, Map<String, String> provider)
    implements Sessions {

  static CudaSessions of(EngineSettings settings) {
    Gpu.require(Device.CUDA, OrtProvider.CUDA);
    CudaSessions sessions =
        new CudaSessions(settings.deviceId(), settings.intraOpThreads(), provider(settings));
    Gpu.probe(sessions);
    return sessions;
  }

  /** The provider's options. */
  static Map<String, String> provider(EngineSettings settings) {
    Map<String, String> options = new TreeMap<>();
    options.put("device_id", Integer.toString(settings.deviceId()));
    // Doubling, the default, takes twice what a new largest batch needs, and never gives it back.
    options.put("arena_extend_strategy", "kSameAsRequested");
    // TF32 has 10 bits of mantissa: answers would miss the manifest's self-test.
    options.put("use_tf32", "0");
    settings.deviceMemory().ifPresent(bytes -> options.put("gpu_mem_limit", Long.toString(bytes)));
    return options;
  }

  @Override
  public SessionOptions options(int student) {
    SessionOptions options = OnnxRuntime.options(intraOpThreads);
    try {
      append(options, deviceId, provider);
      return options;
    } catch (OrtException e) {
      options.close();
      throw Gpu.unusable(Device.CUDA, e);
    }
  }

  /** Adds the provider to a session's options. */
  static void append(SessionOptions options, int deviceId, Map<String, String> provider)
      throws OrtException {
    try (OrtCUDAProviderOptions cuda = new OrtCUDAProviderOptions(deviceId)) {
      for (Map.Entry<String, String> option : provider.entrySet()) {
        cuda.add(option.getKey(), option.getValue());
      }
      options.addCUDA(cuda);
    }
  }

  @Override
  public String suffix() {
    return ", CUDA device " + deviceId;
  }
}
