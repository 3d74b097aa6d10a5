package dev.cohort.student.seat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.policy.CostTable.Grid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of cost tables that seats measured, one file for each {@link CostKey}. A file appears
 * whole, by renaming, so any number of seats may share the folder. What is damaged, or cannot be
 * written, is logged and does no harm: the seat measures again.
 *
 * <p>Thread-safe.
 */
final class CostCache {
  private static final Logger LOG = LoggerFactory.getLogger(CostCache.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SCHEMA = 1;

  /** Far more than a table has. */
  private static final long MAX_BYTES = 1 << 16;

  private static final int NAME_DIGITS = 32;

  /** Content of a file. The key is kept whole: the file's name has only its hash. */
  record Saved(int schema, CostKey key, Grid cost) {}

  private final Path folder;

  CostCache(Path folder) {
    this.folder = folder;
  }

  /** The table saved for this key; empty when there is none, or none that can be used. */
  Optional<Grid> read(CostKey key) {
    Path file = file(key);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(checked(file, key));
    } catch (IOException | IllegalArgumentException e) {
      LOG.warn("saved cost table {} is not used: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  /** Saves a table. */
  void write(CostKey key, Grid cost) {
    try {
      Files.createDirectories(folder);
      Path temporary = Files.createTempFile(folder, "cost-", ".tmp");
      try {
        JSON.writeValue(temporary.toFile(), new Saved(SCHEMA, key, cost));
        Files.move(temporary, file(key), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      LOG.warn("the cost table cannot be saved in {}: {}", folder, e.getMessage());
    }
  }

  private static Grid checked(Path file, CostKey key) throws IOException {
    long bytes = Files.size(file);
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "it has %d bytes; at most %d are read".formatted(bytes, MAX_BYTES));
    }
    Saved saved = JSON.readValue(file.toFile(), Saved.class);
    if (saved.schema() != SCHEMA) {
      throw new IllegalArgumentException(
          "its schema is %d, not %d".formatted(saved.schema(), SCHEMA));
    }
    if (!key.equals(saved.key())) {
      throw new IllegalArgumentException("it was measured for " + saved.key());
    }
    if (saved.cost() == null) {
      throw new IllegalArgumentException("it has no costs");
    }
    requireWithin("rows", saved.cost().rows().getLast(), key.maxRows());
    requireWithin("lengths", saved.cost().lengths().getLast(), key.maxRowTokens());
    return saved.cost();
  }

  private static void requireWithin(String axis, int largest, int limit) {
    if (largest > limit) {
      throw new IllegalArgumentException(
          "%s reach to %d, beyond the seat's limit of %d".formatted(axis, largest, limit));
    }
  }

  private Path file(CostKey key) {
    return folder.resolve("cost-" + hash(key).substring(0, NAME_DIGITS) + ".json");
  }

  private static String hash(CostKey key) {
    try {
      byte[] text = key.toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
