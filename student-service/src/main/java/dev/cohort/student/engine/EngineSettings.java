package dev.cohort.student.engine;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How an engine runs students.
 *
 * @param device where
 * @param deviceId number of the GPU, from 0; without meaning on the CPU
 * @param intraOpThreads threads that one batch uses, the caller's included
 * @param deviceMemory bytes of GPU memory that one student may take; absent: no limit
 * @param engineCache folder in which TensorRT keeps the engines it built
 */
public record EngineSettings(
    Device device,
    int deviceId,
    int intraOpThreads,
    OptionalLong deviceMemory,
    Optional<Path> engineCache) {
  private static final int MAX_DEVICE = 63;
  private static final int MAX_THREADS = 256;

  /**
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  public EngineSettings {
    if (intraOpThreads < 1 || intraOpThreads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "cohort.intra-op-threads is %d; allowed are 1 to %d"
              .formatted(intraOpThreads, MAX_THREADS));
    }
    if (deviceId < 0 || deviceId > MAX_DEVICE) {
      throw new IllegalArgumentException(
          "cohort.device-id is %d; allowed are 0 to %d".formatted(deviceId, MAX_DEVICE));
    }
    if (deviceMemory.isPresent() && deviceMemory.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "cohort.device-memory is %d; allowed are 1 and more".formatted(deviceMemory.getAsLong()));
    }
    if (device == Device.TENSORRT && engineCache.isEmpty()) {
      throw new IllegalArgumentException(
          "cohort.engine-cache is not set; cohort.device=tensorrt needs it, a folder for the"
              + " engines that TensorRT builds, which takes minutes for each student");
    }
  }

  /** The CPU with so many threads for a batch. */
  public static EngineSettings cpu(int intraOpThreads) {
    return new EngineSettings(
        Device.CPU, 0, intraOpThreads, OptionalLong.empty(), Optional.empty());
  }
}
