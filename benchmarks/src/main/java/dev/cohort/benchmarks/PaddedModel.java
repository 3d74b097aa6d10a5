package dev.cohort.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.cohort.student.engine.StudentEngine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/** A BERT-like encoder as exporters write it: rectangles of int64 ids and a mask. */
final class PaddedModel {
  private final OrtEnvironment environment;
  private final OrtSession session;

  PaddedModel(Path file) throws OrtException {
    // DJL must make the environment before anybody else asks for it.
    StudentEngine.version();
    this.environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setMemoryPatternOptimization(false);
      this.session = environment.createSession(file.toString(), options);
    }
  }

  /** Runs one row without padding. */
  void forward(int[] ids) {
    long[][] row = {Arrays.stream(ids).asLongStream().toArray()};
    long[][] ones = new long[1][ids.length];
    Arrays.fill(ones[0], 1);
    try (OnnxTensor inputs = OnnxTensor.createTensor(environment, row);
        OnnxTensor mask = OnnxTensor.createTensor(environment, ones);
        OnnxTensor types = OnnxTensor.createTensor(environment, new long[1][ids.length]);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", inputs, "attention_mask", mask, "token_type_ids", types))) {
      result.get(0).getInfo();
    } catch (OrtException e) {
      throw new IllegalStateException("the teacher's ONNX file does not run", e);
    }
  }
}
