package dev.cohort.aggregator.http;

import dev.cohort.aggregator.RefusedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Decompresses request bodies, never to more than a bound. Stateless. */
final class Gzip {
  private Gzip() {}

  /**
   * The content of a gzip body.
   *
   * @throws RefusedException when it is not gzip, or larger than allowed
   */
  static byte[] expand(byte[] body, int maxBytes) {
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(body))) {
      byte[] content = gzip.readNBytes(maxBytes + 1);
      if (content.length > maxBytes) {
        throw RefusedException.invalid(
            "the body is larger than %d bytes when decompressed".formatted(maxBytes));
      }
      return content;
    } catch (IOException e) {
      throw RefusedException.invalid("the body is not valid gzip: " + e.getMessage());
    }
  }
}
