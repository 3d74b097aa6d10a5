package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.cli.replay.TextFile;
import dev.cohort.cli.replay.TextRow;
import dev.cohort.packages.TextTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Texts to send, always the same ones. Stateless. */
final class Texts {
  private static final long SEED = 7;

  /** Of the made mixture: the logarithm of the number of demo texts in one. */
  private static final double SPREAD = 0.9;

  private static final int MOST_JOINED = 40;

  private Texts() {}

  /** The demo's test texts. */
  static List<String> demo(BenchSettings settings) {
    return first(settings.home().demoTexts());
  }

  /** The demo's texts of so many tokens, special ones included. */
  static List<String> ofTokens(BenchSettings settings, TextTokenizer tokenizer, int tokens) {
    return demo(settings).stream()
        .filter(text -> tokenizer.encode(text).length() == tokens)
        .toList();
  }

  /** Where {@link #mixed} takes its texts from, for people. */
  static String mixtureName(BenchSettings settings) {
    return Files.isRegularFile(settings.texts())
        ? "texts of " + settings.texts().getFileName()
        : "demo texts joined to mixed lengths";
  }

  /**
   * Texts of mixed lengths: those of the file that the user gave, in its order; where it is not
   * there, demo texts joined to lengths of a log-normal distribution.
   *
   * @param count at most so many
   */
  static List<String> mixed(BenchSettings settings, int count) {
    List<String> all =
        Files.isRegularFile(settings.texts()) ? first(settings.texts()) : joined(demo(settings));
    return all.subList(0, Math.min(count, all.size()));
  }

  private static List<String> joined(List<String> demo) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<String> texts = new ArrayList<>();
    for (int text = 0; text < demo.size(); text++) {
      int parts = Math.clamp((long) Math.exp(SPREAD * random.nextGaussian()), 1, MOST_JOINED);
      List<String> joined = new ArrayList<>();
      for (int part = 0; part < parts; part++) {
        joined.add(demo.get(random.nextInt(demo.size())));
      }
      texts.add(String.join(" ", joined));
    }
    return texts;
  }

  private static List<String> first(Path file) {
    return TextFile.read(file).stream().map(TextRow::first).toList();
  }
}
