package dev.cohort.aggregator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.packages.TokenRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What PyTorch says about one row.
 *
 * @param texts one, or the two of a pair
 * @param prefixes logits of each prefix, D numbers
 */
record ReferenceRow(List<String> texts, TokenRow tokens, List<List<Float>> prefixes) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** All reference rows of a package. */
  static List<ReferenceRow> of(Path packageFolder) throws IOException {
    List<ReferenceRow> rows = new ArrayList<>();
    for (String line : Files.readAllLines(packageFolder.resolve("reference.jsonl"))) {
      JsonNode row = JSON.readTree(line);
      List<String> texts = new ArrayList<>();
      row.path("texts").forEach(text -> texts.add(text.textValue()));
      List<List<Float>> prefixes = new ArrayList<>();
      for (JsonNode prefix : row.get("prefix_logits")) {
        List<Float> logits = new ArrayList<>();
        prefix.forEach(value -> logits.add(value.floatValue()));
        prefixes.add(logits);
      }
      TokenRow tokens = new TokenRow(ints(row.get("input_ids")), ints(row.get("token_type_ids")));
      rows.add(new ReferenceRow(texts, tokens, prefixes));
    }
    return rows;
  }

  /** Of all students. */
  List<Float> logits() {
    return prefixes.getLast();
  }

  private static int[] ints(JsonNode numbers) {
    return IntStream.range(0, numbers.size()).map(i -> numbers.get(i).intValue()).toArray();
  }
}
