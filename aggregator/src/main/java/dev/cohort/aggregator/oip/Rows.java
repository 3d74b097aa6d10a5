package dev.cohort.aggregator.oip;

import dev.cohort.packages.TokenRow;
import java.util.List;

/** What a request asks about: one entry for each row, at least one row. Immutable. */
public sealed interface Rows {
  /** Number of rows, at least 1. */
  int count();

  /** One text a row. */
  record Texts(List<String> texts) implements Rows {
    /** Copies the list. */
    public Texts {
      texts = List.copyOf(texts);
    }

    @Override
    public int count() {
      return texts.size();
    }
  }

  /** A pair of texts a row; both lists have the same size. */
  record Pairs(List<String> first, List<String> second) implements Rows {
    /** Copies the lists. */
    public Pairs {
      first = List.copyOf(first);
      second = List.copyOf(second);
    }

    @Override
    public int count() {
      return first.size();
    }
  }

  /** Tokens that the client made, special tokens included. */
  record Tokens(List<TokenRow> rows) implements Rows {
    /** Copies the list. */
    public Tokens {
      rows = List.copyOf(rows);
    }

    @Override
    public int count() {
      return rows.size();
    }
  }
}
