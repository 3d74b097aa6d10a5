package dev.cohort.student.fetch;

import java.io.IOException;

/** An archive could not be fetched, or is not what it should be; the message says which and why. */
public final class FetchException extends IOException {
  private static final long serialVersionUID = 1L;

  FetchException(String message) {
    super(message);
  }
}
