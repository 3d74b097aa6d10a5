package dev.cohort.student;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.packages.TokenRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The committed packages with random weights, and what PyTorch computes from them. */
public final class TestPackages {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TestPackages() {}

  /**
   * A row and the logits of each prefix.
   *
   * @param prefixLogits M x D
   */
  public record Reference(TokenRow row, float[][] prefixLogits) {}

  /** A text and the logits of all students for it. */
  public record Text(String text, float[] logits) {}

  public static Path folder(String name) {
    return Path.of("..", "packages", "src", "test", "resources", name);
  }

  public static Path tiny() {
    return folder("tiny-package");
  }

  public static List<Reference> references(String name) throws IOException {
    List<Reference> references = new ArrayList<>();
    for (String line : Files.readAllLines(folder(name).resolve("reference.jsonl"))) {
      JsonNode reference = JSON.readTree(line);
      TokenRow row =
          new TokenRow(ints(reference.get("input_ids")), ints(reference.get("token_type_ids")));
      references.add(
          new Reference(row, JSON.treeToValue(reference.get("prefix_logits"), float[][].class)));
    }
    return references;
  }

  public static List<Text> texts() throws IOException {
    List<Text> texts = new ArrayList<>();
    for (String line : Files.readAllLines(tiny().resolve("texts.jsonl"))) {
      texts.add(JSON.readValue(line, Text.class));
    }
    return texts;
  }

  /** A copy whose manifest is changed and digest made right again. */
  public static Path changed(Path to, UnaryOperator<String> change) throws IOException {
    try (Stream<Path> files = Files.list(tiny())) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
    Path manifest = to.resolve("package.json");
    String zeros = "sha256:" + "0".repeat(64);
    String text =
        change
            .apply(Files.readString(manifest))
            .replaceFirst(
                "\"digest\":\\s*\"sha256:[0-9a-f]{64}\"", "\"digest\": \"" + zeros + "\"");
    Files.writeString(manifest, text.replace(zeros, "sha256:" + sha256(text)));
    return to;
  }

  private static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int[] ints(JsonNode numbers) {
    return IntStream.range(0, numbers.size()).map(i -> numbers.get(i).intValue()).toArray();
  }
}
