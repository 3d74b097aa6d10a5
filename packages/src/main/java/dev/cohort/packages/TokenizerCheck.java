package dev.cohort.packages;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cohort.packages.PackageException.Reason;

/**
 * Checks a tokenizer file against the manifest: no token id outside the embedding table, no padding
 * or truncation of its own.
 */
final class TokenizerCheck {
  private final String file;
  private final int vocabulary;

  private TokenizerCheck(String file, int vocabulary) {
    this.file = file;
    this.vocabulary = vocabulary;
  }

  static void check(String file, byte[] bytes, int vocabulary) throws PackageException {
    JsonNode root = ManifestReader.parse(file, bytes);
    new TokenizerCheck(file, vocabulary).check(root);
  }

  private void check(JsonNode root) throws PackageException {
    requireAbsent(root, "padding");
    requireAbsent(root, "truncation");
    vocabulary(root.path("model").path("vocab"));
    for (JsonNode added : root.path("added_tokens")) {
      id(added.path("content").asText(), added.path("id"));
    }
  }

  private void vocabulary(JsonNode tokens) throws PackageException {
    if (tokens.isArray()) {
      if (tokens.size() > vocabulary) {
        throw outside("the last token", Integer.toString(tokens.size() - 1));
      }
      return;
    }
    if (!tokens.isObject()) {
      throw new PackageException(Reason.FORMAT, file, "/model/vocab is missing");
    }
    for (var token : tokens.properties()) {
      id(token.getKey(), token.getValue());
    }
  }

  private void id(String token, JsonNode id) throws PackageException {
    if (!id.isInt() || id.intValue() < 0 || id.intValue() >= vocabulary) {
      throw outside("token '" + token + "'", id.toString());
    }
  }

  private PackageException outside(String token, String id) {
    return new PackageException(
        Reason.SHAPE,
        file,
        "%s has id %s; the manifest's vocabulary allows 0 to %d"
            .formatted(token, id, vocabulary - 1));
  }

  private void requireAbsent(JsonNode root, String section) throws PackageException {
    if (root.hasNonNull(section)) {
      throw new PackageException(
          Reason.FORMAT, file, "it has a %s section; the manifest decides that".formatted(section));
    }
  }
}
