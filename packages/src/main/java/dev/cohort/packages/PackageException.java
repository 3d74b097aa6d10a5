package dev.cohort.packages;

import java.io.IOException;
import java.io.Serial;

/**
 * A package that cannot be used. Names the file and the reason; the message is one sentence for
 * people: {@code student-0.onnx: HASH: ...}.
 */
public final class PackageException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  /** What is wrong; stable names, fit for metrics and tests. */
  public enum Reason {
    /** The folder or a listed file is absent. */
    MISSING_FILE,
    /** The file exists but cannot be read. */
    UNREADABLE,
    /** A listed name is a link, a folder or something else than a plain file. */
    LINK,
    /** A listed name is not a plain file name, or is listed twice. */
    PATH,
    /** The file's size differs from the manifest's, or is over the limit. */
    SIZE,
    /** The file's SHA-256 differs from the manifest's. */
    HASH,
    /** The manifest's digest is not that of the manifest. */
    DIGEST,
    /** The manifest's schema version is not one that this program reads. */
    SCHEMA_VERSION,
    /** The manifest breaks the schema. */
    SCHEMA,
    /** Parts of the package contradict each other. */
    SHAPE,
    /** The file is not of its format. */
    FORMAT
  }

  private final Reason reason;
  private final String file;

  /**
   * @param reason what is wrong
   * @param file the file's name in the package
   * @param detail the value found and what is allowed
   */
  public PackageException(Reason reason, String file, String detail) {
    this(reason, file, detail, null);
  }

  /**
   * @param cause what led to it, or null
   */
  public PackageException(Reason reason, String file, String detail, Throwable cause) {
    super(file + ": " + reason + ": " + detail, cause);
    this.reason = reason;
    this.file = file;
  }

  /** What is wrong. */
  public Reason reason() {
    return reason;
  }

  /** Name of the file in the package, or the folder's path when the folder itself is at fault. */
  public String file() {
    return file;
  }
}
