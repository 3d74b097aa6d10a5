package dev.cohort.benchmarks.exact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.cli.CommandException;
import dev.cohort.packages.Answers;
import dev.cohort.packages.Manifest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The labels that PyTorch gives a package's texts, all students. Stateless. */
final class PythonReference {
  /** System property: the interpreter of an environment with the distiller's packages. */
  static final String PYTHON = "cohort.python";

  private static final long LIMIT_MINUTES = 20;

  private PythonReference() {}

  /** The interpreter, where there is one. */
  static Optional<Path> python() {
    return Optional.ofNullable(System.getProperty(PYTHON))
        .filter(path -> !path.isEmpty())
        .map(Path::of);
  }

  /**
   * Runs the reference.
   *
   * @param texts a .tsv with a header
   * @param out is written
   */
  static void run(BenchSettings settings, Path python, Path texts, Path out)
      throws IOException, InterruptedException {
    ProcessBuilder command =
        new ProcessBuilder(
                python.toString(),
                "-m",
                "cohort_distiller.reference",
                settings.students().toString(),
                "--texts",
                texts.toString(),
                "--out",
                out.toString())
            .inheritIO();
    command
        .environment()
        .put("PYTHONPATH", settings.home().folder().resolve("distiller/src").toString());
    Process process = command.start();
    try {
      if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw CommandException.failure("the Python reference failed; the lines above say why");
      }
    } finally {
      process.destroyForcibly();
    }
  }

  /** The label of each row, in order. */
  static List<String> labels(Path reference, Manifest manifest) throws IOException {
    Answers answers = Answers.of(manifest);
    ObjectMapper json = new ObjectMapper();
    List<String> labels = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(reference)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode prefixes = json.readTree(line).path("prefix_logits");
        labels.addAll(answers.labels(numbers(prefixes.path(prefixes.size() - 1))));
      }
    }
    return labels;
  }

  private static float[] numbers(JsonNode array) {
    float[] numbers = new float[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).floatValue();
    }
    return numbers;
  }
}
