package dev.cohort.aggregator.model;

import dev.cohort.aggregator.oip.AnswerWriter;
import dev.cohort.aggregator.oip.InferCallReader;
import dev.cohort.aggregator.oip.ModelDescriptions;
import dev.cohort.packages.Answers;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.protocol.inference.ModelConfig;
import dev.cohort.protocol.inference.ModelMetadataResponse;

/**
 * A verified package, ready to take requests: what the front door needs of it, made once. Immutable
 * and thread-safe.
 */
public final class ServedModel {
  /**
   * Numbers of one output tensor of one request, 16 MiB of float32. Bounds the rows of a request to
   * a package with very many columns.
   */
  private static final int MAX_OUTPUT_NUMBERS = 4 * 1024 * 1024;

  private final Manifest manifest;
  private final TextTokenizer tokenizer;
  private final Answers answers;
  private final int maxRows;
  private final InferCallReader reader;
  private final AnswerWriter writer;
  private final ModelMetadataResponse metadata;
  private final ModelConfig config;

  /**
   * A model of a package.
   *
   * @param tokenizer the package's own; closed by whoever opened it
   * @param maxRows rows of one request, at least 1; fewer where the package has very many columns
   */
  public ServedModel(Manifest manifest, TextTokenizer tokenizer, int maxRows) {
    this.manifest = manifest;
    this.tokenizer = tokenizer;
    this.answers = Answers.of(manifest);
    this.maxRows = Math.min(maxRows, Math.max(1, MAX_OUTPUT_NUMBERS / manifest.outputDimension()));
    this.reader = new InferCallReader(manifest, this.maxRows);
    this.writer = new AnswerWriter(manifest.name(), manifest.version());
    this.metadata = ModelDescriptions.metadata(manifest);
    this.config = ModelDescriptions.config(manifest, this.maxRows);
  }

  public String name() {
    return manifest.name();
  }

  public String version() {
    return manifest.version();
  }

  /** {@code sha256:} and 64 hexadecimal digits. */
  public String digest() {
    return manifest.digest();
  }

  /** M. */
  public int studentsTotal() {
    return manifest.studentsTotal();
  }

  /** D. */
  public int outputDimension() {
    return manifest.outputDimension();
  }

  /** Longest row in tokens. */
  public int maxRowTokens() {
    return manifest.tokenizer().maxTokens();
  }

  /** Rows of one request. */
  public int maxRows() {
    return maxRows;
  }

  public Manifest manifest() {
    return manifest;
  }

  public TextTokenizer tokenizer() {
    return tokenizer;
  }

  public Answers answers() {
    return answers;
  }

  public InferCallReader reader() {
    return reader;
  }

  public AnswerWriter writer() {
    return writer;
  }

  public ModelMetadataResponse metadata() {
    return metadata;
  }

  public ModelConfig config() {
    return config;
  }
}
