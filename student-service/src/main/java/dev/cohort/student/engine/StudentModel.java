package dev.cohort.student.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.cohort.packages.PackedBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** One loaded student. Thread-safe: a session runs any number of batches at a time. */
final class StudentModel implements AutoCloseable {
  private final Model model;
  private final Block block;
  private final ParameterStore parameters;

  private StudentModel(Model model) {
    this.model = model;
    this.block = model.getBlock();
    this.parameters = new ParameterStore(model.getNDManager(), false);
  }

  /** Loads a graph and closes the options. */
  static StudentModel load(Path graph, SessionOptions options) {
    String file = graph.getFileName().toString();
    // DJL keeps tensors in host memory and leaves the options as they are; ONNX Runtime copies.
    Model model = Model.newInstance(file, Device.cpu(), OnnxRuntime.ENGINE);
    try (options) {
      model.load(graph.getParent(), file, Map.of("sessionOptions", options));
      return new StudentModel(model);
    } catch (IOException | MalformedModelException | RuntimeException e) {
      model.close();
      throw new EngineException(file + " cannot be loaded", e);
    }
  }

  /** Contribution {@code [R,D]} of this student, row-major. */
  float[] forward(PackedBatch batch) {
    try (NDManager manager = model.getNDManager().newSubManager()) {
      NDList output = block.forward(parameters, inputs(manager, batch), false);
      output.attach(manager);
      return output.singletonOrThrow().toFloatArray();
    } catch (RuntimeException e) {
      throw new EngineException(model.getName() + " failed on " + batch.rows() + " rows", e);
    }
  }

  @Override
  public void close() {
    model.close();
  }

  private static NDList inputs(NDManager manager, PackedBatch batch) {
    Shape tokens = new Shape(batch.tokens());
    Shape rows = new Shape(batch.rows());
    Shape rectangle = new Shape(batch.rows(), batch.longest());
    return new NDList(
        input(manager, "input_ids", batch.inputIds(), tokens),
        input(manager, "token_type_ids", batch.tokenTypeIds(), tokens),
        input(manager, "position_ids", batch.positionIds(), tokens),
        input(manager, "pad_index", batch.padIndex(), rectangle),
        input(manager, "unpad_index", batch.unpadIndex(), tokens),
        input(manager, "row_starts", batch.rowStarts(), rows));
  }

  private static NDArray input(NDManager manager, String name, int[] values, Shape shape) {
    NDArray array = manager.create(values, shape);
    array.setName(name);
    return array;
  }
}
