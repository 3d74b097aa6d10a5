package dev.cohort.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.cohort.student.engine.StudentEngine;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A BERT-like encoder as exporters write it: rectangles of int64 ids and a mask, one thread a call.
 * Thread-safe.
 */
public final class PaddedModel {
  private final OrtEnvironment environment;
  private final OrtSession session;

  /**
   * Opens it.
   *
   * @throws OrtException when it is no ONNX file
   */
  public PaddedModel(Path file) throws OrtException {
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
    forward(List.of(ids));
  }

  /**
   * Runs rows, each padded to the longest.
   *
   * @return the last hidden state of each row's first token, {@code [R][H]}
   */
  public float[][] forward(List<int[]> rows) {
    int longest = rows.stream().mapToInt(row -> row.length).max().orElse(0);
    long[][] ids = new long[rows.size()][longest];
    long[][] mask = new long[rows.size()][longest];
    for (int row = 0; row < rows.size(); row++) {
      for (int place = 0; place < rows.get(row).length; place++) {
        ids[row][place] = rows.get(row)[place];
        mask[row][place] = 1;
      }
    }
    try (OnnxTensor inputs = OnnxTensor.createTensor(environment, ids);
        OnnxTensor present = OnnxTensor.createTensor(environment, mask);
        OnnxTensor types = OnnxTensor.createTensor(environment, new long[rows.size()][longest]);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", inputs, "attention_mask", present, "token_type_ids", types))) {
      return firstTokens((OnnxTensor) result.get(0));
    } catch (OrtException e) {
      throw new IllegalStateException("the teacher's ONNX file does not run", e);
    }
  }

  private static float[][] firstTokens(OnnxTensor hidden) {
    long[] shape = hidden.getInfo().getShape();
    int stride = Math.toIntExact(shape[1] * shape[2]);
    FloatBuffer values = hidden.getFloatBuffer();
    float[][] first = new float[Math.toIntExact(shape[0])][Math.toIntExact(shape[2])];
    for (int row = 0; row < first.length; row++) {
      values.position(row * stride).get(first[row]);
    }
    return first;
  }
}
