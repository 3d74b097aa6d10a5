package dev.cohort.student.fetch;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Fetches an archive over HTTPS, compares its digest and unpacks it. The files are in their folder
 * only when the digest is right. Used once, by one thread.
 */
public final class PackageFetch {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int OK = 200;

  /** What an archive may have beside its files: a header and padding for each. */
  private static final long HEADERS = 16L << 20;

  private static final String INCOMING = ".incoming";

  private final FetchSettings settings;
  private final HttpClient client;

  PackageFetch(FetchSettings settings, HttpClient client) {
    this.settings = settings;
    this.client = client;
  }

  /**
   * Fetches with the authorities that the JVM trusts.
   *
   * @throws FetchException when it cannot be had, or is not what it should be
   */
  public static void run(FetchSettings settings) throws IOException {
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      new PackageFetch(settings, client).fetch();
    }
  }

  void fetch() throws IOException {
    Path incoming = settings.folder().resolve(INCOMING);
    clear(settings.folder());
    Files.createDirectories(incoming);
    inTime(() -> download(incoming.toRealPath()));
    try (Stream<Path> files = Files.list(incoming)) {
      for (Path file : files.toList()) {
        Files.move(file, settings.folder().resolve(file.getFileName()));
      }
    }
    Files.delete(incoming);
  }

  private void download(Path incoming) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        client.send(
            HttpRequest.newBuilder(settings.url()).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != OK) {
      throw new FetchException(
          "%s answered with status %d".formatted(settings.url(), response.statusCode()));
    }
    MessageDigest digest = sha256();
    try (InputStream body =
        new DigestInputStream(
            new Bounded(response.body(), settings.sizeLimit() + HEADERS), digest)) {
      new Unpacker(incoming, settings.sizeLimit()).unpack(body);
      body.transferTo(OutputStream.nullOutputStream());
    }
    String found = HexFormat.of().formatHex(digest.digest());
    if (!found.equals(settings.sha256())) {
      throw new FetchException(
          "%s has the SHA-256 %s; cohort.fetch.sha256 is %s"
              .formatted(settings.url(), found, settings.sha256()));
    }
  }

  /** Whatever the server does, it ends in time. */
  private void inTime(Work work) throws IOException {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    Future<?> done =
        thread.submit(
            () -> {
              work.run();
              return null;
            });
    try {
      done.get(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new FetchException(
          "%s was not there within %s".formatted(settings.url(), settings.timeout()));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("fetching failed; this is a bug", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FetchException("interrupted");
    } finally {
      thread.shutdownNow();
    }
  }

  /** What an earlier attempt left. */
  private static void clear(Path folder) throws IOException {
    Files.createDirectories(folder);
    List<Path> left;
    try (Stream<Path> files = Files.walk(folder)) {
      left = files.filter(file -> !file.equals(folder)).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : left) {
      Files.delete(file);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256; this is a bug", e);
    }
  }

  /** What is run with a deadline. */
  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  /** A stream that ends with an exception when it is too long. */
  private static final class Bounded extends FilterInputStream {
    private long left;

    Bounded(InputStream in, long most) {
      super(in);
      this.left = most;
    }

    @Override
    public int read() throws IOException {
      return count(super.read(), 1);
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int read = super.read(into, from, length);
      return count(read, read);
    }

    private int count(int result, int bytes) throws IOException {
      left -= Math.max(0, result < 0 ? 0 : bytes);
      if (left < 0) {
        throw new FetchException("the archive is larger than cohort.fetch.size-limit");
      }
      return result;
    }
  }
}
