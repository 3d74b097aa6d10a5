package dev.cohort.aggregator;

import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.packages.Package;
import dev.cohort.packages.TextTokenizer;
import java.io.IOException;

/** The model of {@link TinyPackage}, for tests without an aggregator. */
public final class TinyModel implements AutoCloseable {
  private static final int ROWS = 64;

  private final TextTokenizer tokenizer;
  private final ServedModel model;

  public TinyModel() throws IOException {
    Package tiny = TinyPackage.open();
    this.tokenizer = tiny.tokenizer();
    this.model = new ServedModel(tiny.manifest(), tokenizer, ROWS);
  }

  public ServedModel model() {
    return model;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
