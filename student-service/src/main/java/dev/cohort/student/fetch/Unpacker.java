package dev.cohort.student.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Unpacks a tar archive, plain or compressed with gzip, into a folder. Bounded in bytes and in
 * entries; nothing outside of the folder is touched. Used by one thread.
 */
final class Unpacker {
  private static final int MOST_ENTRIES = 10_000;
  private static final int BUFFER = 1 << 16;
  private static final int GZIP = 0x1f;

  private final Path folder;
  private final byte[] buffer = new byte[BUFFER];
  private long left;

  Unpacker(Path folder, long sizeLimit) {
    this.folder = folder;
    this.left = sizeLimit;
  }

  /**
   * Unpacks all of it.
   *
   * @throws FetchException when it is too large, no such archive, or holds anything but files and
   *     folders
   */
  void unpack(InputStream archive) throws IOException {
    TarReader reader = new TarReader(plain(new BufferedInputStream(archive, BUFFER)));
    int entries = 0;
    for (Optional<TarReader.Entry> entry = reader.next();
        entry.isPresent();
        entry = reader.next()) {
      if (++entries > MOST_ENTRIES) {
        throw new FetchException("the archive has more than %d entries".formatted(MOST_ENTRIES));
      }
      write(reader, entry.get());
    }
  }

  private static InputStream plain(InputStream archive) throws IOException {
    archive.mark(1);
    int first = archive.read();
    archive.reset();
    return first == GZIP ? new BufferedInputStream(new GZIPInputStream(archive), BUFFER) : archive;
  }

  private void write(TarReader reader, TarReader.Entry entry) throws IOException {
    Path target = folder.resolve(entry.name()).normalize();
    if (!target.startsWith(folder)) {
      throw new FetchException("%s leads out of the archive".formatted(entry.name()));
    }
    if (entry.isFolder()) {
      Files.createDirectories(target);
      return;
    }
    left -= entry.size();
    if (left < 0) {
      throw new FetchException(
          "the files are larger than cohort.fetch.size-limit; %s is %d bytes"
              .formatted(entry.name(), entry.size()));
    }
    Files.createDirectories(target.getParent());
    try (OutputStream out = Files.newOutputStream(target)) {
      copy(reader, entry, out);
    }
  }

  private void copy(TarReader reader, TarReader.Entry entry, OutputStream out) throws IOException {
    long open = entry.size();
    while (open > 0) {
      int read = reader.read(buffer, (int) Math.min(buffer.length, open));
      if (read < 0) {
        throw new FetchException("the archive ends within %s".formatted(entry.name()));
      }
      out.write(buffer, 0, read);
      open -= read;
    }
  }
}
