package dev.cohort.packages;

import dev.cohort.packages.Manifest.ListedFile;
import dev.cohort.packages.PackageException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;

/** Bounded reads of plain files in one folder; never follows a link out of it. */
final class PackageFolder {
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
  private static final int CHUNK = 1 << 20;

  private final Path path;

  private PackageFolder(Path path) {
    this.path = path;
  }

  static PackageFolder of(Path path) throws PackageException {
    if (!Files.isDirectory(path)) {
      throw new PackageException(
          Reason.MISSING_FILE, path.toString(), "there is no such package folder");
    }
    try {
      return new PackageFolder(path.toRealPath());
    } catch (IOException e) {
      throw new PackageException(Reason.UNREADABLE, path.toString(), e.toString(), e);
    }
  }

  Path path() {
    return path;
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  /** Checks that the name is that of a plain file inside the folder, and returns its size. */
  long size(String name) throws PackageException {
    if (!PLAIN_NAME.matcher(name).matches()) {
      throw new PackageException(
          Reason.PATH, name, "not a plain file name of letters, digits, '_', '-' and '.'");
    }
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(resolve(name), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isRegularFile()) {
        throw new PackageException(Reason.LINK, name, "not a plain file but a link or a folder");
      }
      return attributes.size();
    } catch (NoSuchFileException e) {
      throw new PackageException(Reason.MISSING_FILE, name, "the package lacks it", e);
    } catch (PackageException e) {
      throw e;
    } catch (IOException e) {
      throw new PackageException(Reason.UNREADABLE, name, e.toString(), e);
    }
  }

  /** The whole file, or an error when it is longer than the limit. */
  byte[] read(String name, int limit) throws PackageException {
    return readStart(name, checkLimit(name, limit));
  }

  /** The file's first bytes; fewer where it is shorter. */
  byte[] readStart(String name, int bytes) throws PackageException {
    try (SeekableByteChannel channel = open(name)) {
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(Math.min(bytes, channel.size())));
      fill(channel, buffer);
      return buffer.array();
    } catch (IOException e) {
      throw new PackageException(Reason.UNREADABLE, name, e.toString(), e);
    }
  }

  /** Compares size and SHA-256 with what the manifest says. */
  void verify(ListedFile file) throws PackageException {
    long size = size(file.path());
    if (size != file.bytes()) {
      throw new PackageException(
          Reason.SIZE,
          file.path(),
          "it has %d bytes; the manifest says %d".formatted(size, file.bytes()));
    }
    String sha256 = sha256(file.path());
    if (!sha256.equals(file.sha256())) {
      throw new PackageException(
          Reason.HASH,
          file.path(),
          "its SHA-256 is %s; the manifest says %s".formatted(sha256, file.sha256()));
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256; this is a bug", e);
    }
  }

  private int checkLimit(String name, int limit) throws PackageException {
    long size = size(name);
    if (size > limit) {
      throw new PackageException(
          Reason.SIZE, name, "it has %d bytes; at most %d are read".formatted(size, limit));
    }
    return Math.toIntExact(size);
  }

  private String sha256(String name) throws PackageException {
    MessageDigest digest = sha256();
    ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.nativeOrder());
    try (SeekableByteChannel channel = open(name)) {
      while (channel.read(buffer.clear()) >= 0) {
        digest.update(buffer.flip());
      }
    } catch (IOException e) {
      throw new PackageException(Reason.UNREADABLE, name, e.toString(), e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private SeekableByteChannel open(String name) throws IOException {
    return Files.newByteChannel(
        resolve(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
  }

  private static void fill(SeekableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new IOException("it became shorter while it was read");
      }
    }
  }
}
