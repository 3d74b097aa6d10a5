package dev.cohort.packages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Consumer;

/**
 * Changes packages and makes hashes and digest right again, as a hostile or faulty writer would.
 */
final class ManifestText {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ZEROS = "sha256:" + "0".repeat(64);

  private ManifestText() {}

  /** Changes the manifest and its digest. */
  static void change(Path folder, Consumer<ObjectNode> change) throws IOException {
    Path file = folder.resolve("package.json");
    ObjectNode manifest = (ObjectNode) JSON.readTree(file.toFile());
    change.accept(manifest);
    manifest.put("digest", ZEROS);
    seal(file, JSON.writeValueAsString(manifest));
  }

  /** Writes a manifest whose digest is still zeros. */
  static void seal(Path file, String text) throws IOException {
    byte[] digest = PackageFolder.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    Files.writeString(file, text.replace(ZEROS, "sha256:" + HexFormat.of().formatHex(digest)));
  }

  /** Replaces a file and makes size, hash and digest right. */
  static void replace(Path folder, String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
    byte[] sha256 = PackageFolder.sha256().digest(content);
    change(
        folder,
        manifest -> {
          entries(manifest.get("files"), name, content.length, sha256);
          manifest
              .get("students")
              .forEach(student -> entries(student.get("files"), name, content.length, sha256));
        });
  }

  private static void entries(JsonNode files, String name, int bytes, byte[] sha256) {
    for (JsonNode file : files) {
      if (file.get("path").textValue().equals(name)) {
        ((ObjectNode) file).put("bytes", bytes).put("sha256", HexFormat.of().formatHex(sha256));
      }
    }
  }
}
