package dev.cohort.benchmarks.fuzz;

import dev.cohort.packages.Manifest;
import java.util.List;
import java.util.Set;

/**
 * What the documentation says of one model's requests. Immutable.
 *
 * @param texts names of the text inputs
 * @param outputs all outputs, in the documented order
 * @param columns D
 */
record ModelRules(
    String name,
    String version,
    List<String> texts,
    List<String> outputs,
    int vocabulary,
    int tokenTypes,
    int maxTokens,
    int students,
    int columns) {
  static final String IDS = "input_ids";
  static final String MASK = "attention_mask";
  static final String TYPES = "token_type_ids";
  static final List<String> TOKENS = List.of(IDS, MASK, TYPES);
  static final Set<String> DATATYPES = Set.of("BYTES", "INT32", "INT64", "FP32");

  /** Rows of one request. */
  static final int MAX_ROWS = 256;

  /** Characters of one text. */
  static final int MAX_CHARACTERS = 100_000;

  /** Bytes of one request. */
  static final int MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

  static ModelRules of(Manifest manifest) {
    return new ModelRules(
        manifest.name(),
        manifest.version(),
        manifest.tokenizer().inputs() == 1 ? List.of("text") : List.of("text_a", "text_b"),
        outputs(manifest.task()),
        manifest.dimensions().vocabulary(),
        manifest.dimensions().tokenTypes(),
        manifest.tokenizer().maxTokens(),
        manifest.studentsTotal(),
        manifest.outputDimension());
  }

  /** Columns of an output. */
  int columns(String output) {
    return output.equals("label") || output.equals("students_used") ? 1 : columns;
  }

  /** Datatype of an output. */
  static String datatype(String output) {
    return switch (output) {
      case "label" -> "BYTES";
      case "students_used" -> "INT32";
      default -> "FP32";
    };
  }

  private static List<String> outputs(Manifest.Task task) {
    return switch (task) {
      case CLASSIFICATION -> List.of("label", "probabilities", "logits", "students_used");
      case REGRESSION -> List.of("logits", "students_used");
      case EMBEDDING -> List.of("embedding", "students_used");
    };
  }
}
