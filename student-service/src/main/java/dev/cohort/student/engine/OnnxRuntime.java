package dev.cohort.student.engine;

import ai.djl.engine.Engine;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;

/**
 * The process-wide ONNX Runtime and its session options.
 *
 * <p>DJL makes the runtime's environment with threading options of its own and fails when somebody
 * else made it first, so every use goes through {@link #start}.
 */
final class OnnxRuntime {
  static final String ENGINE = "OnnxRuntime";

  private OnnxRuntime() {}

  /** Starts the runtime once; nothing is fetched from or reported to a network. */
  static void start() {
    RuntimeTelemetry.off();
    System.setProperty("ai.djl.offline", "true");
    // Otherwise DJL looks for a second engine to lend it array operations, and unpacks its
    // libraries.
    System.setProperty("ai.djl.onnx.disable_alternative", "true");
    Engine.getEngine(ENGINE);
  }

  /** For people: name and version. DJL's own answer is a fixed text of an older version. */
  static String version() {
    start();
    return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
  }

  /** Whether this build of the runtime has an execution provider. */
  static boolean has(OrtProvider provider) {
    start();
    return OrtEnvironment.getAvailableProviders().contains(provider);
  }

  /**
   * Options of a session on the CPU, and the base of all others. The caller closes them.
   *
   * @throws EngineException when the runtime refuses an option
   */
  static SessionOptions options(int intraOpThreads) {
    start();
    try {
      SessionOptions options = new SessionOptions();
      options.setIntraOpNumThreads(intraOpThreads);
      options.setExecutionMode(ExecutionMode.SEQUENTIAL);
      options.setOptimizationLevel(OptLevel.ALL_OPT);
      // A pattern is kept for each shape ever seen, and here every batch has another shape.
      options.setMemoryPatternOptimization(false);
      // With a busy neighbour, spinning threads made two threads slower than one (2 to 2.7 times).
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      if (!Processor.multipliesInt8()) {
        // Sums of int8 products would overflow in 16 bits. Where they cannot, this makes int8 two
        // to four times slower, since it turns the weights into unsigned numbers.
        options.addConfigEntry("session.x64quantprecision", "1");
      }
      return options;
    } catch (OrtException e) {
      throw new EngineException("ONNX Runtime refuses a session option", e);
    }
  }
}
