package dev.cohort.packages;

import java.io.Serial;

/**
 * Text or tokens that cannot be served. The message names the field, the value and what is allowed.
 */
public final class InputException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Whose limit is broken. */
  public enum Kind {
    /** Larger than this process accepts; a smaller one may pass. */
    OVER_LIMIT,
    /** Wrong in itself: never accepted. */
    INVALID
  }

  private final Kind kind;

  InputException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  static InputException invalid(String message) {
    return new InputException(Kind.INVALID, message);
  }

  static InputException overLimit(String message) {
    return new InputException(Kind.OVER_LIMIT, message);
  }

  /** Whether a smaller input would pass. */
  public Kind kind() {
    return kind;
  }
}
