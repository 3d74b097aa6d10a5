package dev.cohort.student.engine;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Package;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sessions on a GPU through the TensorRT provider, fp16. What TensorRT cannot take runs on CUDA;
 * nothing may run on the CPU. Each student has a cache folder of its own: engines are named after
 * the graph, and the graphs of all students are alike, only their weights differ.
 *
 * @param profile shapes for which engines are built
 * @param cache the package's folder of engines
 * @param cuda options of the provider behind this one
 */
record TensorRtSessions(
    EngineSettings settings, ShapeProfile profile, Path cache, Map<String, String> cuda)
    implements Sessions {
  /** Half precision rounds to 11 bits, and two layers add such errors up. */
  private static final float FP16_LOOSENESS = 0.02f;

  private static final int DIGEST_DIGITS = 16;

  static TensorRtSessions of(EngineSettings settings, Package source, BatchRules limits) {
    Gpu.require(Device.TENSORRT, OrtProvider.TENSOR_RT);
    String digest = source.digest().substring(source.digest().indexOf(':') + 1);
    int row = source.manifest().selfTest().row().length();
    TensorRtSessions sessions =
        new TensorRtSessions(
            settings,
            ShapeProfile.of(limits, row),
            settings.engineCache().orElseThrow().resolve(digest.substring(0, DIGEST_DIGITS)),
            CudaSessions.provider(settings));
    Gpu.probe(sessions);
    return sessions;
  }

  /** The provider's options for one student. */
  Map<String, String> provider(int student) {
    Map<String, String> options = new TreeMap<>(profile.options());
    options.put("device_id", Integer.toString(settings.deviceId()));
    options.put("trt_fp16_enable", "1");
    // Sums of squares overflow half precision.
    options.put("trt_layer_norm_fp32_fallback", "1");
    options.put("trt_engine_cache_enable", "1");
    options.put("trt_engine_cache_path", folder(student).toString());
    options.put("trt_timing_cache_enable", "1");
    options.put("trt_timing_cache_path", cache.toString());
    settings
        .deviceMemory()
        .ifPresent(bytes -> options.put("trt_max_workspace_size", Long.toString(bytes)));
    return options;
  }

  @Override
  public SessionOptions options(int student) {
    makeFolder(student);
    SessionOptions options = OnnxRuntime.options(settings.intraOpThreads());
    try {
      options.addConfigEntry("session.disable_cpu_ep_fallback", "1");
      append(options, provider(student));
      CudaSessions.append(options, settings.deviceId(), cuda);
      return options;
    } catch (OrtException e) {
      options.close();
      throw Gpu.unusable(Device.TENSORRT, e);
    }
  }

  @Override
  public String suffix() {
    return ", TensorRT device " + settings.deviceId();
  }

  @Override
  public String precision() {
    return "fp16";
  }

  @Override
  public float looseness() {
    return FP16_LOOSENESS;
  }

  private void append(SessionOptions options, Map<String, String> provider) throws OrtException {
    try (OrtTensorRTProviderOptions tensorRt =
        new OrtTensorRTProviderOptions(settings.deviceId())) {
      for (Map.Entry<String, String> option : provider.entrySet()) {
        tensorRt.add(option.getKey(), option.getValue());
      }
      options.addTensorrt(tensorRt);
    }
  }

  private Path folder(int student) {
    return cache.resolve("student-" + student);
  }

  private void makeFolder(int student) {
    try {
      Files.createDirectories(folder(student));
    } catch (IOException e) {
      throw new EngineException("cohort.engine-cache: no folder " + folder(student), e);
    }
  }
}
