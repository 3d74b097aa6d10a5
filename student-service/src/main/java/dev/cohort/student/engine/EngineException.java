package dev.cohort.student.engine;

import java.io.Serial;

/** The engine cannot load or run a student, or computes something else than the package says. */
public final class EngineException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  EngineException(String message) {
    super(message);
  }

  EngineException(String message, Throwable cause) {
    super(message + ": " + String.valueOf(cause.getMessage()).strip(), cause);
  }
}
