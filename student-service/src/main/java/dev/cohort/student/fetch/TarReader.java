package dev.cohort.student.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads a tar archive of files and folders: POSIX (ustar and pax) and GNU. Links and devices are
 * refused. Used by one thread.
 */
final class TarReader {
  /** One file or folder. */
  record Entry(String name, long size, boolean isFolder) {}

  private static final int BLOCK = 512;

  /** A long name, or the attributes of one file. */
  private static final int MAX_EXTENSION = 64 * 1024;

  private static final int NAME = 100;
  private static final int SIZE = 124;
  private static final int SIZE_DIGITS = 12;
  private static final int TYPE = 156;
  private static final int MAGIC = 257;
  private static final int PREFIX = 345;
  private static final int PREFIX_LENGTH = 155;

  private final InputStream in;
  private long left;

  TarReader(InputStream in) {
    this.in = in;
  }

  /**
   * The next file or folder; empty at the end. What was not read of the one before is skipped.
   *
   * @throws FetchException when this is no such archive
   */
  Optional<Entry> next() throws IOException {
    skip();
    String name = "";
    long size = -1;
    while (true) {
      byte[] header = in.readNBytes(BLOCK);
      if (header.length < BLOCK) {
        throw new FetchException("the archive ends in the middle of an entry");
      }
      if (isEnd(header)) {
        return Optional.empty();
      }
      long length = number(header);
      switch (header[TYPE]) {
        case 'L' -> name = extension(length);
        case 'x' -> {
          String attributes = extension(length);
          name = attribute(attributes, "path").orElse(name);
          size = attribute(attributes, "size").map(TarReader::size).orElse(size);
        }
        case 'g' -> extension(length);
        case '0', 0, '5' -> {
          boolean isFolder = header[TYPE] == '5';
          long own = size < 0 ? length : size;
          left = isFolder ? 0 : padded(own);
          return Optional.of(new Entry(name.isEmpty() ? name(header) : name, own, isFolder));
        }
        default ->
            throw new FetchException(
                "%s is of type '%c'; allowed are files and folders"
                    .formatted(name(header), (char) header[TYPE]));
      }
    }
  }

  /** Reads of the present file; -1 at the end of {@code size} is for the caller to know. */
  int read(byte[] into, int most) throws IOException {
    int read = in.read(into, 0, (int) Math.min(most, left));
    if (read > 0) {
      left -= read;
    }
    return read;
  }

  private void skip() throws IOException {
    in.skipNBytes(left);
    left = 0;
  }

  private String extension(long length) throws IOException {
    if (length > MAX_EXTENSION) {
      throw new FetchException("an entry has attributes of %d bytes".formatted(length));
    }
    byte[] bytes = in.readNBytes((int) length);
    in.skipNBytes(padded(length) - length);
    return text(bytes, 0, bytes.length);
  }

  private static Optional<String> attribute(String attributes, String key) {
    return attributes
        .lines()
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .filter(line -> line.startsWith(key + "="))
        .map(line -> line.substring(key.length() + 1))
        .reduce((first, last) -> last);
  }

  private static long size(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static boolean isEnd(byte[] header) {
    return Arrays.equals(header, new byte[BLOCK]);
  }

  private static String name(byte[] header) {
    String name = text(header, 0, NAME);
    boolean isPosix = text(header, MAGIC, 5).equals("ustar");
    String prefix = isPosix ? text(header, PREFIX, PREFIX_LENGTH) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  private static long number(byte[] header) throws FetchException {
    String digits = text(header, SIZE, SIZE_DIGITS).strip();
    try {
      return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    } catch (NumberFormatException e) {
      throw new FetchException("this is no tar archive: a size is '%s'".formatted(digits));
    }
  }

  private static long padded(long size) {
    return Math.ceilDiv(size, BLOCK) * BLOCK;
  }

  private static String text(byte[] bytes, int from, int length) {
    int end = from;
    while (end < from + length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }
}
