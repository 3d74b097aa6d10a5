package dev.cohort.aggregator.pipeline;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.aggregator.oip.Rows;
import dev.cohort.packages.InputException;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Turns a request's rows into tokens. Text is tokenised on a pool of its own, since that is native
 * code and may take long; token rows pass through. Thread-safe.
 */
final class Tokenizing {
  /** Rough characters of a token, special tokens apart: only for the estimate at admission. */
  private static final int SPECIAL_TOKENS = 3;

  private final Executor pool;
  private final NanoClock clock;

  /**
   * Rows as tokens.
   *
   * @param nanos what it took, waiting apart
   */
  record Tokenized(List<TokenRow> rows, long nanos) {}

  Tokenizing(Executor pool, NanoClock clock) {
    this.pool = pool;
    this.clock = clock;
  }

  /** How many tokens the rows will have, at most; exact for token rows. */
  static long estimate(ServedModel model, Rows rows) {
    return switch (rows) {
      case Rows.Tokens tokens -> tokens.rows().stream().mapToLong(TokenRow::length).sum();
      case Rows.Texts texts ->
          texts.texts().stream().mapToLong(text -> estimate(model, text.length())).sum();
      case Rows.Pairs pairs -> {
        long sum = 0;
        for (int row = 0; row < pairs.count(); row++) {
          sum +=
              estimate(model, pairs.first().get(row).length() + pairs.second().get(row).length());
        }
        yield sum;
      }
    };
  }

  /**
   * The rows as tokens.
   *
   * @param wanted asked before each row; false ends the work with a cancelled future
   */
  CompletableFuture<Tokenized> tokens(ServedModel model, Rows rows, BooleanSupplier wanted) {
    if (rows instanceof Rows.Tokens tokens) {
      return CompletableFuture.completedFuture(new Tokenized(tokens.rows(), 0));
    }
    CompletableFuture<Tokenized> result = new CompletableFuture<>();
    try {
      pool.execute(() -> tokenize(model.tokenizer(), rows, wanted, result));
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          new RefusedException(
              Status.Code.RESOURCE_EXHAUSTED, "too many texts wait to be tokenised"));
    }
    return result;
  }

  private void tokenize(
      TextTokenizer tokenizer,
      Rows rows,
      BooleanSupplier wanted,
      CompletableFuture<Tokenized> result) {
    long started = clock.nanoTime();
    List<TokenRow> tokens = new ArrayList<>(rows.count());
    try {
      for (int row = 0; row < rows.count(); row++) {
        if (!wanted.getAsBoolean()) {
          result.cancel(false);
          return;
        }
        tokens.add(encode(tokenizer, rows, row));
      }
      result.complete(new Tokenized(tokens, clock.nanoTime() - started));
    } catch (InputException e) {
      result.completeExceptionally(
          RefusedException.invalid("row %d: %s".formatted(tokens.size(), e.getMessage())));
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private static TokenRow encode(TextTokenizer tokenizer, Rows rows, int row) {
    return switch (rows) {
      case Rows.Texts texts -> tokenizer.encode(texts.texts().get(row));
      case Rows.Pairs pairs -> tokenizer.encode(pairs.first().get(row), pairs.second().get(row));
      case Rows.Tokens tokens -> tokens.rows().get(row);
    };
  }

  private static long estimate(ServedModel model, int characters) {
    return Math.min(model.maxRowTokens(), (long) characters + SPECIAL_TOKENS);
  }
}
