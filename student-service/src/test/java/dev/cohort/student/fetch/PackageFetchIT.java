package dev.cohort.student.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.cohort.testing.TestAuthority;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives from an HTTPS server of this machine. */
final class PackageFetchIT {
  private static final String LONG_NAME = "folder-of-a-long-name/".repeat(6) + "file";

  @TempDir private Path folder;
  private HttpsServer server;
  private HttpClient client;
  private byte[] archive = new byte[0];

  @BeforeEach
  void start() throws Exception {
    TestAuthority authority = new TestAuthority("fetch");
    SSLContext tls = authority.context();
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/package.tar",
        exchange -> {
          exchange.sendResponseHeaders(200, archive.length);
          exchange.getResponseBody().write(archive);
          exchange.close();
        });
    server.createContext("/slow", exchange -> exchange.sendResponseHeaders(200, 1000));
    server.start();
    client = HttpClient.newBuilder().sslContext(tls).build();
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    server.stop(0);
  }

  @Test
  void unpacksPlainAndCompressedArchives() throws IOException {
    Files.writeString(folder.resolve("of-an-attempt-before"), "x");
    for (byte[] packed : new byte[][] {tar(), gzip(tar())}) {
      archive = packed;
      fetch("package.tar", digest(), 1 << 20, Duration.ofSeconds(30));
      assertEquals("manifest", Files.readString(folder.resolve("manifest.json")));
      assertEquals("deep", Files.readString(folder.resolve(LONG_NAME)));
      try (Stream<Path> files = Files.list(folder)) {
        assertEquals(2, files.count());
      }
    }
  }

  @Test
  void anotherDigestLeavesNothing() throws IOException {
    archive = tar();
    FetchException refused = refusal("0".repeat(64), 1 << 20);
    assertTrue(refused.getMessage().contains("has the SHA-256 " + digest()), refused.getMessage());
    assertFalse(Files.exists(folder.resolve("manifest.json")));
  }

  @Test
  void largeFilesAreRefused() {
    archive = gzip(tar());
    assertTrue(refusal(digest(), 6).getMessage().contains("cohort.fetch.size-limit"));
    archive = gzip(entry("zeros", '0', "\0".repeat(1 << 20)));
    assertTrue(refusal(digest(), 1 << 16).getMessage().contains("zeros is 1048576 bytes"));
  }

  @Test
  void nothingOutsideIsTouched() {
    archive = entry("../escaped", '0', "x");
    assertEquals("../escaped leads out of the archive", refusal(digest(), 1000).getMessage());
    archive = entry("/absolute", '0', "x");
    assertEquals("/absolute leads out of the archive", refusal(digest(), 1000).getMessage());
    archive = entry("link", '2', "");
    assertEquals(
        "link is of type '2'; allowed are files and folders", refusal(digest(), 1000).getMessage());
  }

  @Test
  void damagedArchivesAreRefused() {
    archive = "no archive".repeat(100).getBytes(StandardCharsets.UTF_8);
    assertThrows(FetchException.class, () -> fetchNow(digest(), 10_000));
    archive = Arrays.copyOf(tar(), 700);
    assertThrows(FetchException.class, () -> fetchNow(digest(), 10_000));
  }

  @Test
  void otherAnswersAndSilenceAreToldApart() {
    FetchException missing =
        assertThrows(
            FetchException.class,
            () -> fetch("missing", "0".repeat(64), 1000, Duration.ofSeconds(30)));
    assertTrue(missing.getMessage().endsWith("answered with status 404"), missing.getMessage());
    FetchException late =
        assertThrows(
            FetchException.class,
            () -> fetch("slow", "0".repeat(64), 1000, Duration.ofMillis(500)));
    assertTrue(late.getMessage().endsWith("was not there within PT0.5S"), late.getMessage());
  }

  @Test
  void wrongSettingsAreNamed() {
    IllegalArgumentException wrong =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new FetchSettings(
                    URI.create("http://localhost/x"), "abc", 0, folder, Duration.ZERO));
    for (String key : new String[] {"url", "sha256", "size-limit", "timeout"}) {
      assertTrue(wrong.getMessage().contains("cohort.fetch." + key), wrong.getMessage());
    }
  }

  private FetchException refusal(String digest, long limit) {
    return assertThrows(FetchException.class, () -> fetchNow(digest, limit));
  }

  private void fetchNow(String digest, long limit) throws IOException {
    fetch("package.tar", digest, limit, Duration.ofSeconds(30));
  }

  private void fetch(String path, String digest, long limit, Duration timeout) throws IOException {
    URI url = URI.create("https://localhost:%d/%s".formatted(server.getAddress().getPort(), path));
    new PackageFetch(new FetchSettings(url, digest, limit, folder, timeout), client).fetch();
  }

  private String digest() {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(archive));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] tar() {
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    tar.writeBytes(entry("./", '5', ""));
    tar.writeBytes(entry("./manifest.json", '0', "manifest"));
    tar.writeBytes(entry("@LongLink", 'L', LONG_NAME));
    tar.writeBytes(entry("cut", '0', "deep"));
    tar.writeBytes(new byte[1024]);
    return tar.toByteArray();
  }

  private static byte[] entry(String name, char type, String content) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 124, "%011o".formatted(content.length()));
    header[156] = (byte) type;
    put(header, 257, "ustar");
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    entry.writeBytes(header);
    entry.writeBytes(content.getBytes(StandardCharsets.UTF_8));
    entry.writeBytes(new byte[Math.floorMod(-content.length(), 512)]);
    return entry.toByteArray();
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  private static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(plain);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return packed.toByteArray();
  }
}
