package dev.cohort.packages;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A tokenizer file with the vocabulary of BERT uncased, and reference vectors for it. */
final class BertUncased {
  private BertUncased() {}

  static byte[] tokenizerFile() throws IOException {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (String token : lines("vocab.txt")) {
      vocabulary.put(token, vocabulary.size());
    }
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("version", "1.0");
    file.put(
        "added_tokens",
        List.of(special(100, "[UNK]"), special(101, "[CLS]"), special(102, "[SEP]")));
    file.put(
        "normalizer",
        Map.of(
            "type",
            "BertNormalizer",
            "clean_text",
            true,
            "handle_chinese_chars",
            true,
            "lowercase",
            true));
    file.put("pre_tokenizer", Map.of("type", "BertPreTokenizer"));
    file.put(
        "post_processor",
        Map.of(
            "type", "BertProcessing", "sep", List.of("[SEP]", 102), "cls", List.of("[CLS]", 101)));
    file.put(
        "model",
        Map.of(
            "type", "WordPiece",
            "unk_token", "[UNK]",
            "continuing_subword_prefix", "##",
            "max_input_chars_per_word", 100,
            "vocab", vocabulary));
    return new ObjectMapper().writeValueAsBytes(file);
  }

  static List<String> vectors() throws IOException {
    return lines("wordpiece_vectors.jsonl");
  }

  private static Map<String, Object> special(int id, String content) {
    return Map.of(
        "id", id,
        "content", content,
        "special", true,
        "single_word", false,
        "lstrip", false,
        "rstrip", false,
        "normalized", false);
  }

  private static List<String> lines(String name) throws IOException {
    try (InputStream resource = BertUncased.class.getResourceAsStream("/bert_uncased/" + name)) {
      // Only a line feed ends a line here: some tokens are other line separators.
      return List.of(new String(resource.readAllBytes(), StandardCharsets.UTF_8).split("\n"));
    }
  }
}
