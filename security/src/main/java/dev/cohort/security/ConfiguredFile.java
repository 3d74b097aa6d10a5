package dev.cohort.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A small file that a setting names.
 *
 * @param key the setting, for messages
 */
record ConfiguredFile(String key, Path path) {
  /** Far more than any certificate chain or token file; a wrong path must not fill the memory. */
  static final int MAX_BYTES = 1 << 20;

  /**
   * The whole content.
   *
   * @throws IllegalArgumentException naming key, path and what is wrong
   */
  byte[] read() {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw wrong("is not a file");
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] content = in.readNBytes(MAX_BYTES + 1);
      if (content.length > MAX_BYTES) {
        throw wrong("has more than %d bytes".formatted(MAX_BYTES));
      }
      return content;
    } catch (NoSuchFileException e) {
      throw wrong("does not exist");
    } catch (IOException e) {
      throw wrong("cannot be read: " + e);
    }
  }

  /** What to throw when the content is wrong; the text must not hold any of it. */
  IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("%s: %s %s".formatted(key, path, what));
  }
}
