package dev.cohort.student.fetch;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What is fetched, and where to.
 *
 * @param url of the archive; HTTPS
 * @param sha256 of the archive; 64 hexadecimal digits
 * @param sizeLimit most bytes of the unpacked files together
 * @param folder that the files come into
 * @param timeout for all of it
 */
public record FetchSettings(URI url, String sha256, long sizeLimit, Path folder, Duration timeout) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming every wrong key, its value and what is allowed
   */
  public FetchSettings {
    List<String> faults = new ArrayList<>();
    if (!"https".equals(url.getScheme()) || url.getHost() == null) {
      faults.add("cohort.fetch.url is %s; allowed are addresses of https".formatted(url));
    }
    if (!SHA256.matcher(sha256).matches()) {
      faults.add("cohort.fetch.sha256 is %s; allowed are 64 hexadecimal digits".formatted(sha256));
    }
    if (sizeLimit < 1) {
      faults.add("cohort.fetch.size-limit is %d; at least 1 is allowed".formatted(sizeLimit));
    }
    if (timeout.isNegative() || timeout.isZero()) {
      faults.add("cohort.fetch.timeout is %s; it must be above 0".formatted(timeout));
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
  }
}
