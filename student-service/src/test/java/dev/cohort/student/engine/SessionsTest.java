package dev.cohort.student.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.BatchRules;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The options that the GPU providers get. */
class SessionsTest {
  private static final Path CACHE = Path.of("engines");

  private static EngineSettings gpu(Device device, OptionalLong memory) {
    return new EngineSettings(device, 3, 1, memory, Optional.of(CACHE));
  }

  private static BatchRules limits(int rows, int tokens, int rowTokens) {
    return new BatchRules(100, 2, 0, rows, tokens, rowTokens);
  }

  private static TensorRtSessions tensorRt(OptionalLong memory) {
    EngineSettings settings = gpu(Device.TENSORRT, memory);
    return new TensorRtSessions(
        settings,
        ShapeProfile.of(limits(64, 4096, 128), 12),
        CACHE.resolve("digest"),
        CudaSessions.provider(settings));
  }

  @Test
  void cudaTakesTheDeviceAndExactArithmetic() {
    assertEquals(
        Map.of("device_id", "3", "arena_extend_strategy", "kSameAsRequested", "use_tf32", "0"),
        CudaSessions.provider(gpu(Device.CUDA, OptionalLong.empty())));
    assertEquals(
        "1073741824",
        CudaSessions.provider(gpu(Device.CUDA, OptionalLong.of(1L << 30))).get("gpu_mem_limit"));
  }

  @Test
  void tensorRtTakesHalfPrecisionProfilesAndCaches() {
    Map<String, String> options = tensorRt(OptionalLong.of(1L << 31)).provider(2);
    assertEquals("3", options.get("device_id"));
    assertEquals("1", options.get("trt_fp16_enable"));
    assertEquals("1", options.get("trt_engine_cache_enable"));
    assertEquals("1", options.get("trt_timing_cache_enable"));
    assertEquals("2147483648", options.get("trt_max_workspace_size"));
    assertEquals(
        "input_ids:1,token_type_ids:1,position_ids:1,pad_index:1x1,unpad_index:1,row_starts:1",
        options.get("trt_profile_min_shapes"));
    assertEquals(
        "input_ids:128,token_type_ids:128,position_ids:128,pad_index:8x16,unpad_index:128,"
            + "row_starts:8",
        options.get("trt_profile_opt_shapes"));
    assertEquals(
        "input_ids:4096,token_type_ids:4096,position_ids:4096,pad_index:64x128,unpad_index:4096,"
            + "row_starts:64",
        options.get("trt_profile_max_shapes"));
    assertFalse(tensorRt(OptionalLong.empty()).provider(2).containsKey("trt_max_workspace_size"));
  }

  @Test
  void studentsDoNotShareEngines() {
    TensorRtSessions sessions = tensorRt(OptionalLong.empty());
    String first = sessions.provider(0).get("trt_engine_cache_path");
    String second = sessions.provider(1).get("trt_engine_cache_path");
    assertNotEquals(first, second);
    assertTrue(first.startsWith(CACHE.resolve("digest").toString()), first);
    assertEquals(
        sessions.provider(0).get("trt_timing_cache_path"),
        sessions.provider(1).get("trt_timing_cache_path"));
  }

  @Test
  void profilesAreNoLargerThanABatchCanBeAndHoldTheSelfTest() {
    assertEquals(new ShapeProfile(4, 32, 8), ShapeProfile.of(limits(4, 1000, 8), 5));
    assertEquals(new ShapeProfile(4, 100, 50), ShapeProfile.of(limits(4, 100, 50), 5));
    assertEquals(new ShapeProfile(1, 5, 5), ShapeProfile.of(limits(1, 3, 3), 5));
    assertEquals(
        "input_ids:2,token_type_ids:2,position_ids:2,pad_index:1x2,unpad_index:2,row_starts:1",
        new ShapeProfile(1, 2, 2).options().get("trt_profile_opt_shapes"));
  }

  @Test
  void settingsNameTheKeyTheValueAndWhatIsAllowed() {
    refused("cohort.intra-op-threads is 0; allowed are 1 to 256", () -> EngineSettings.cpu(0));
    refused(
        "cohort.device-id is 64; allowed are 0 to 63",
        () -> new EngineSettings(Device.CUDA, 64, 1, OptionalLong.empty(), Optional.empty()));
    refused(
        "cohort.device-memory is 0; allowed are 1 and more",
        () -> gpu(Device.CUDA, OptionalLong.of(0)));
    refused(
        "cohort.engine-cache is not set; cohort.device=tensorrt needs it, a folder for the engines"
            + " that TensorRT builds, which takes minutes for each student",
        () -> new EngineSettings(Device.TENSORRT, 0, 1, OptionalLong.empty(), Optional.empty()));
  }

  private static void refused(String message, Runnable make) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, make::run).getMessage());
  }
}
