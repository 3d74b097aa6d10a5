package dev.cohort.security;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads files again once a second and hands on content that has changed, however it was replaced
 * (written in place, renamed, a link that was turned). Content that is refused is logged once, and
 * what was loaded before stays in use. One daemon thread. Thread-safe.
 */
final class FileReloader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileReloader.class);

  /** The files are a few KiB in the page cache; reading them is cheaper than missing a change. */
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** Takes the content of files, in the order in which they were named. */
  interface Loader {
    /**
     * @return what was loaded, for the log; no secrets
     * @throws IllegalArgumentException when the content is wrong; then nothing has changed
     */
    String load(List<byte[]> contents);
  }

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("cohort-files").daemon().factory());

  /**
   * Loads files now, and again whenever one of them changes.
   *
   * @throws IllegalArgumentException when they cannot be loaded now
   */
  void watch(List<ConfiguredFile> files, Loader loader) {
    Watched watched = new Watched(files, loader);
    LOG.info("loaded {}", watched.load(watched.read()));
    thread.scheduleWithFixedDelay(
        watched::check, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  // Confined to the thread after the first load.
  private static final class Watched {
    private final List<ConfiguredFile> files;
    private final Loader loader;
    private List<byte[]> latest = List.of();
    private String latestFailure = "";

    Watched(List<ConfiguredFile> files, Loader loader) {
      this.files = files;
      this.loader = loader;
    }

    List<byte[]> read() {
      return files.stream().map(ConfiguredFile::read).toList();
    }

    String load(List<byte[]> contents) {
      latest = contents;
      return loader.load(contents);
    }

    // An exception would end the checks for ever.
    void check() {
      try {
        List<byte[]> contents = read();
        if (!isLatest(contents)) {
          LOG.info("loaded {}", load(contents));
        }
        latestFailure = "";
      } catch (RuntimeException e) {
        String failure = String.valueOf(e.getMessage());
        if (!failure.equals(latestFailure)) {
          LOG.warn("{}; what was loaded before stays in use", failure);
        }
        latestFailure = failure;
      }
    }

    private boolean isLatest(List<byte[]> contents) {
      for (int i = 0; i < contents.size(); i++) {
        if (!Arrays.equals(contents.get(i), latest.get(i))) {
          return false;
        }
      }
      return true;
    }
  }
}
