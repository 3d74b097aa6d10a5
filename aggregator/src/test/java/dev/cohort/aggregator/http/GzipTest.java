package dev.cohort.aggregator.http;

import static dev.cohort.aggregator.Requests.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class GzipTest {
  private static byte[] zipped(byte[] content) throws IOException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(output)) {
      gzip.write(content);
    }
    return output.toByteArray();
  }

  @Test
  void contentUpToTheBoundIsExpanded() throws IOException {
    byte[] content = "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    assertArrayEquals(content, Gzip.expand(zipped(content), content.length));
  }

  @Test
  void bombIsRefused() throws IOException {
    byte[] bomb = zipped(new byte[50_000_000]);
    assertTrue(bomb.length < 60_000);
    assertTrue(refusal(() -> Gzip.expand(bomb, 1000)).getMessage().contains("1000 bytes"));
  }

  @Test
  void damageIsRefused() throws IOException {
    byte[] whole = zipped(new byte[1000]);
    assertTrue(
        refusal(() -> Gzip.expand(Arrays.copyOf(whole, whole.length - 5), 2000))
            .getMessage()
            .contains("gzip"));
    assertTrue(refusal(() -> Gzip.expand(new byte[10], 2000)).getMessage().contains("gzip"));
  }
}
