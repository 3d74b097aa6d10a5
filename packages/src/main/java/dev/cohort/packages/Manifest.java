package dev.cohort.packages;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The manifest of a verified package ({@code package.json}). Every key is documented in the JSON
 * schema beside this class. Immutable.
 *
 * @param digest {@code sha256:} and 64 hexadecimal digits; names the whole package
 * @param labels name of each output column; empty unless the task is classification
 * @param bias D numbers, added once to the sum of the contributions
 * @param files files that all students share
 * @param students in boosting order
 * @param int8 what belongs to int8 arithmetic; empty where the package runs in fp32 only
 * @param calibration what makes probabilities believable; empty where that was not measured
 * @param provenance how the package was made; free form
 */
public record Manifest(
    String digest,
    String name,
    String version,
    Task task,
    List<String> labels,
    List<Float> bias,
    Dimensions dimensions,
    Tokenization tokenizer,
    Weights weights,
    List<ListedFile> files,
    List<Student> students,
    SelfTest selfTest,
    Quality quality,
    Optional<Int8> int8,
    Optional<Calibration> calibration,
    Map<String, Object> provenance) {

  /** Copies the lists; absent int8 and calibration parts are empty. */
  public Manifest {
    int8 = int8 == null ? Optional.empty() : int8;
    calibration = calibration == null ? Optional.empty() : calibration;
    labels = labels == null ? List.of() : List.copyOf(labels);
    bias = List.copyOf(bias);
    files = List.copyOf(files);
    students = List.copyOf(students);
  }

  /** M, the number of students. */
  public int studentsTotal() {
    return students.size();
  }

  /** D, columns of a contribution. */
  public int outputDimension() {
    return dimensions.output();
  }

  /** Whether the package has graphs for this arithmetic. */
  public boolean runs(Precision precision) {
    return precision == Precision.FP32 || int8.isPresent();
  }

  /**
   * File name of a student's graph for this arithmetic.
   *
   * @throws java.util.NoSuchElementException when the package does not {@link #runs run} in it
   */
  public String graph(int student, Precision precision) {
    return switch (precision) {
      case FP32 -> students.get(student).graph();
      case INT8 -> int8.orElseThrow().graphs().get(student);
    };
  }

  /**
   * The self-test row with the contributions that this arithmetic gives.
   *
   * @throws java.util.NoSuchElementException when the package does not {@link #runs run} in it
   */
  public SelfTest selfTest(Precision precision) {
    return switch (precision) {
      case FP32 -> selfTest;
      case INT8 -> int8.orElseThrow().selfTest(selfTest);
    };
  }

  /**
   * The smallest number of students whose dev quality is at most {@code points} below that of all
   * students. One point is 0.01 of the metric.
   */
  public int floorPrefix(double points) {
    List<Double> prefixes = quality.dev().prefixes();
    double least = prefixes.getLast() - points / 100;
    OptionalInt floor =
        java.util.stream.IntStream.range(0, prefixes.size())
            .filter(k -> prefixes.get(k) >= least)
            .findFirst();
    return floor.orElse(prefixes.size() - 1) + 1;
  }

  /** What the numbers of an answer mean. */
  public enum Task {
    /** Softmax over D labels. */
    @JsonProperty("classification")
    CLASSIFICATION,
    /** One number. */
    @JsonProperty("regression")
    REGRESSION,
    /** A vector of length 1. */
    @JsonProperty("embedding")
    EMBEDDING
  }

  /** Type in which the large matrices are stored. */
  public enum Weights {
    @JsonProperty("fp32")
    FP32,
    @JsonProperty("fp16")
    FP16,
    @JsonProperty("int8")
    INT8
  }

  /** Sizes of the model family's tables; {@code tokenTypes} is 0 where the family has none. */
  public record Dimensions(int output, int hidden, int vocabulary, int positions, int tokenTypes) {}

  /**
   * How text becomes tokens.
   *
   * @param inputs 1: one text a row; 2: a pair
   * @param maxTokens longest row, special tokens included
   * @param positionOffset position id of a row's first token
   */
  public record Tokenization(
      String path, int inputs, int maxTokens, Truncation truncation, int positionOffset) {}

  /** Which text of a pair is cut first. */
  public enum Truncation {
    @JsonProperty("longest_first")
    LONGEST_FIRST,
    @JsonProperty("only_first")
    ONLY_FIRST,
    @JsonProperty("only_second")
    ONLY_SECOND
  }

  /** A file of the package: plain name, size in bytes, SHA-256 in lower-case hexadecimal. */
  public record ListedFile(String path, long bytes, String sha256) {}

  /** One student: its graph's file name, layers, own weights (shared tables not counted), files. */
  public record Student(String graph, int layers, long parameters, List<ListedFile> files) {
    /** Copies the list. */
    public Student {
      files = List.copyOf(files);
    }
  }

  /**
   * One row and the contribution of each student to it.
   *
   * @param contributions M rows of D numbers
   * @param tolerance largest absolute difference allowed
   */
  public record SelfTest(
      List<String> text,
      List<Integer> inputIds,
      List<Integer> tokenTypeIds,
      List<List<Float>> contributions,
      float tolerance) {
    /** Copies the lists. */
    public SelfTest {
      text = List.copyOf(text);
      inputIds = List.copyOf(inputIds);
      tokenTypeIds = List.copyOf(tokenTypeIds);
      contributions = contributions.stream().map(List::copyOf).toList();
    }

    /** The row's tokens. */
    public TokenRow row() {
      return new TokenRow(
          inputIds.stream().mapToInt(Integer::intValue).toArray(),
          tokenTypeIds.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  /**
   * What int8 arithmetic adds: a second graph of each student over the same weights.
   *
   * @param graphs M file names, each among the files of its student
   * @param contributions the self-test's, by these graphs: M rows of D numbers
   * @param tolerance largest absolute difference allowed
   * @param quality of each prefix by these graphs; empty where it was not measured
   */
  public record Int8(
      List<String> graphs,
      List<List<Float>> contributions,
      float tolerance,
      Optional<Int8Quality> quality) {
    /** Copies the lists; absent quality is empty. */
    public Int8 {
      graphs = List.copyOf(graphs);
      contributions = contributions.stream().map(List::copyOf).toList();
      quality = quality == null ? Optional.empty() : quality;
    }

    private SelfTest selfTest(SelfTest fp32) {
      return new SelfTest(
          fp32.text(), fp32.inputIds(), fp32.tokenTypeIds(), contributions, tolerance);
    }
  }

  /** Measured quality of each prefix in int8, on the rows of {@link Quality}. */
  public record Int8Quality(Measured dev, Optional<Measured> test) {
    /** An absent test split is empty. */
    public Int8Quality {
      test = test == null ? Optional.empty() : test;
    }
  }

  /**
   * Quality on one split, without the teacher's.
   *
   * @param prefixes M numbers: entry k-1 is the quality of prefix k
   * @param prefixIntervals 95 % interval of each
   */
  public record Measured(int rows, List<Double> prefixes, List<Interval> prefixIntervals) {
    /** Copies the lists. */
    public Measured {
      prefixes = List.copyOf(prefixes);
      prefixIntervals = List.copyOf(prefixIntervals);
    }
  }

  /**
   * How the probabilities of a classifier are calibrated.
   *
   * @param temperatures M numbers of 0.001 to 1000: entry k-1 divides the logits of prefix k before
   *     the softmax
   */
  public record Calibration(List<Double> temperatures) {
    /** Copies the list. */
    public Calibration {
      temperatures = List.copyOf(temperatures);
    }
  }

  /** Measured quality of each prefix. */
  public record Quality(Metric metric, Split dev, Optional<Split> test) {
    /** An absent test split is empty. */
    public Quality {
      test = test == null ? Optional.empty() : test;
    }
  }

  /** What quality counts; more is better. */
  public enum Metric {
    /** Share of right labels, 0..1. */
    @JsonProperty("accuracy")
    ACCURACY,
    /** Correlation with the gold score, -1..1. */
    @JsonProperty("pearson")
    PEARSON,
    /** Mean cosine with the teacher's embedding, -1..1. */
    @JsonProperty("cosine")
    COSINE
  }

  /**
   * Quality on one split.
   *
   * @param prefixes M numbers: entry k-1 is the quality of prefix k
   * @param prefixIntervals 95 % interval of each
   */
  public record Split(
      int rows,
      double teacher,
      Interval teacherInterval,
      List<Double> prefixes,
      List<Interval> prefixIntervals) {
    /** Copies the lists. */
    public Split {
      prefixes = List.copyOf(prefixes);
      prefixIntervals = List.copyOf(prefixIntervals);
    }

    /** The same without the teacher's quality. */
    public Measured measured() {
      return new Measured(rows, prefixes, prefixIntervals);
    }
  }

  /** A 95 % interval. Written as an array of two numbers. */
  @com.fasterxml.jackson.annotation.JsonFormat(
      shape = com.fasterxml.jackson.annotation.JsonFormat.Shape.ARRAY)
  @com.fasterxml.jackson.annotation.JsonPropertyOrder({"lower", "upper"})
  public record Interval(double lower, double upper) {}
}
