package dev.cohort.e2e.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cohort.e2e.ApiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The demo's package and others made from it, as images whose root is the package. */
public enum Packages {
  /** The demo as it is. */
  DEMO,
  /**
   * Its students in the opposite order, as version 2: all of them answer the same, each shorter
   * prefix something else, and an answer of seats of both packages is none of either.
   */
  REVERSED,
  /** With one byte of the weights of student 2 changed: refused by whoever checks it. */
  DAMAGED;

  private static final Path DEMO_FOLDER = Path.of("..", "demo", "clinc150");
  private static final String MANIFEST = "package.json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The image's name, for {@code spec.package.image.reference}. */
  public String image() {
    return "cohort.test/clinc150:" + name().toLowerCase(Locale.ROOT);
  }

  /** Writes the archive of the image into a folder. */
  Path archive(Path folder) {
    try {
      Path content = Files.createDirectories(folder.resolve(name()));
      copyDemo(content);
      switch (this) {
        case DEMO -> {}
        case REVERSED -> reverse(content.resolve(MANIFEST));
        case DAMAGED -> damage(content.resolve("student-2.safetensors"));
      }
      Path archive = folder.resolve(name() + ".tar");
      Commands.run(
          ApiServer.programs().resolve("bin").resolve("mkimage").toString(),
          "-entrypoint",
          "/none",
          image(),
          archive.toString(),
          content + "=/");
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copyDemo(Path content) throws IOException {
    try (Stream<Path> files = Files.list(DEMO_FOLDER)) {
      for (Path file : files.toList()) {
        Files.copy(file, content.resolve(file.getFileName().toString()));
      }
    }
  }

  private static void damage(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);
  }

  private static void reverse(Path file) throws IOException {
    ObjectNode manifest = (ObjectNode) JSON.readTree(file.toFile());
    manifest.put("version", "2");
    ObjectNode int8 = (ObjectNode) manifest.get("int8");
    reverse(manifest, "students");
    reverse((ObjectNode) manifest.get("self_test"), "contributions");
    reverse(int8, "graphs");
    reverse(int8, "contributions");
    manifest.put("digest", "sha256:" + "0".repeat(64));
    byte[] content = JSON.writeValueAsBytes(manifest);
    String digest = HexFormat.of().formatHex(sha256(content));
    String text = new String(content, StandardCharsets.UTF_8);
    Files.writeString(file, text.replace("0".repeat(64), digest));
  }

  private static void reverse(ObjectNode owner, String list) {
    List<JsonNode> elements = new ArrayList<>();
    owner.get(list).forEach(elements::addFirst);
    ((ArrayNode) owner.get(list)).removeAll().addAll(elements);
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
