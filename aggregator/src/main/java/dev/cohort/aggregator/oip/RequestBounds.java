package dev.cohort.aggregator.oip;

import dev.cohort.aggregator.RefusedException;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.ModelInferRequest;
import java.util.Map;

/**
 * Bounds on what a request may name, well above what any client has use for: bytes alone would
 * allow millions of empty tensors or parameters. All refuse with {@code INVALID_ARGUMENT}.
 * Stateless.
 */
public final class RequestBounds {
  /** Inputs, and outputs, of one request. */
  public static final int MAX_TENSORS = 16;

  /** Parameters of one request, input or output. */
  public static final int MAX_PARAMETERS = 64;

  /** Characters of a parameter's name, and of its text. */
  public static final int MAX_PARAMETER_CHARACTERS = 4096;

  private RequestBounds() {}

  /** Refuses a request that is out of bounds anywhere. */
  static void check(ModelInferRequest request) {
    requireTensors("inputs", request.getInputsCount());
    requireTensors("outputs", request.getOutputsCount());
    requireParameters(request.getParametersMap());
    request.getInputsList().forEach(input -> requireParameters(input.getParametersMap()));
    request.getOutputsList().forEach(output -> requireParameters(output.getParametersMap()));
  }

  /**
   * Refuses too many tensors.
   *
   * @param what the field that holds them
   */
  public static void requireTensors(String what, int count) {
    if (count > MAX_TENSORS) {
      throw RefusedException.invalid(
          "%s has %d tensors; at most %d are allowed".formatted(what, count, MAX_TENSORS));
    }
  }

  /** Refuses too many parameters. */
  public static void requireParameters(int count) {
    if (count > MAX_PARAMETERS) {
      throw RefusedException.invalid(
          "there are %d parameters; at most %d are allowed in one place"
              .formatted(count, MAX_PARAMETERS));
    }
  }

  private static void requireParameters(Map<String, InferParameter> parameters) {
    requireParameters(parameters.size());
    parameters.forEach(
        (name, value) -> {
          requireLength("name of a parameter", name);
          requireLength("text of parameter '" + name + "'", value.getStringParam());
        });
  }

  private static void requireLength(String what, String text) {
    if (text.length() > MAX_PARAMETER_CHARACTERS) {
      throw RefusedException.invalid(
          "the %s has %d characters; at most %d are allowed"
              .formatted(what, text.length(), MAX_PARAMETER_CHARACTERS));
    }
  }
}
