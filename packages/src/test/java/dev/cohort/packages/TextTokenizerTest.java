package dev.cohort.packages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * HuggingFace tokenizers and a plain implementation of the published algorithm agree on the
 * vectors.
 */
class TextTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static TextTokenizer load(int inputs, int longest, Manifest.Truncation truncation)
      throws IOException {
    return TextTokenizer.load(
        BertUncased.tokenizerFile(),
        new Manifest.Tokenization("tokenizer.json", inputs, longest, truncation, 0));
  }

  @Test
  void idsEqualTheReferenceVectors() throws Exception {
    int cases = 0;
    try (TextTokenizer single = load(1, 100_000, Manifest.Truncation.LONGEST_FIRST);
        TextTokenizer pair = load(2, 100_000, Manifest.Truncation.LONGEST_FIRST)) {
      for (String line : BertUncased.vectors()) {
        JsonNode vector = JSON.readTree(line);
        String text = vector.get("text").textValue();
        TokenRow row =
            vector.has("text_pair")
                ? pair.encode(text, vector.get("text_pair").textValue())
                : single.encode(text);
        assertArrayEquals(ints(vector.get("ids")), row.ids(), text);
        assertArrayEquals(ints(vector.get("type_ids")), row.types(), text);
        cases++;
      }
    }
    assertEquals(123, cases);
  }

  @Test
  void truncatesToTheLongestRowAndKeepsTheSpecialTokens() throws Exception {
    try (TextTokenizer tokenizer = load(1, 5, Manifest.Truncation.LONGEST_FIRST)) {
      assertArrayEquals(
          new int[] {101, 7592, 7592, 7592, 102}, tokenizer.encode("hello ".repeat(50)).ids());
    }
  }

  @Test
  void truncatesPairsAsTheManifestSays() throws Exception {
    String first = "hello hello hello hello";
    String second = "world world";
    assertArrayEquals(
        new int[] {101, 7592, 7592, 102, 2088, 2088, 102},
        pair(7, Manifest.Truncation.LONGEST_FIRST, first, second));
    assertArrayEquals(
        new int[] {101, 7592, 7592, 102, 2088, 2088, 102},
        pair(7, Manifest.Truncation.ONLY_FIRST, first, second));
    assertArrayEquals(
        new int[] {101, 7592, 7592, 7592, 7592, 102, 2088, 102},
        pair(8, Manifest.Truncation.ONLY_SECOND, first, second));
  }

  private static int[] pair(int longest, Manifest.Truncation truncation, String a, String b)
      throws IOException {
    try (TextTokenizer tokenizer = load(2, longest, truncation)) {
      return tokenizer.encode(a, b).ids();
    }
  }

  @Test
  void refusesAPairThatItsTruncationCannotShorten() throws Exception {
    try (TextTokenizer tokenizer = load(2, 5, Manifest.Truncation.ONLY_SECOND)) {
      InputException refused =
          assertThrows(InputException.class, () -> tokenizer.encode("hello ".repeat(20), "hello"));
      assertTrue(refused.getMessage().startsWith("the text cannot be tokenized"));
    }
  }

  @Test
  void refusesTooLongAndBrokenTextAndTheWrongNumberOfTexts() throws Exception {
    try (TextTokenizer tokenizer = load(1, 512, Manifest.Truncation.LONGEST_FIRST)) {
      String longText = "a".repeat(TextTokenizer.MAX_CHARACTERS + 1);
      InputException tooLong = assertThrows(InputException.class, () -> tokenizer.encode(longText));
      assertEquals(InputException.Kind.OVER_LIMIT, tooLong.kind());
      assertEquals("text has 100001 characters; at most 100000 are allowed", tooLong.getMessage());
      for (String broken : List.of("\ud800", "a\udc00b", "\ud83dx", "ok \ud83d\ude00 \ud83d")) {
        assertEquals(
            InputException.Kind.INVALID,
            assertThrows(InputException.class, () -> tokenizer.encode(broken)).kind());
      }
      assertThrows(InputException.class, () -> tokenizer.encode("a", "b"));
    }
  }

  @Test
  void takesAnyUnicodeText() throws Exception {
    try (TextTokenizer tokenizer = load(1, 512, Manifest.Truncation.LONGEST_FIRST)) {
      assertArrayEquals(new int[] {101, 100, 102}, tokenizer.encode("\ud83d\ude00").ids());
      assertArrayEquals(tokenizer.encode("ab").ids(), tokenizer.encode("a\0b").ids());
      assertEquals(512, tokenizer.encode("a ".repeat(40_000)).length());
      assertArrayEquals(new int[] {101, 102}, tokenizer.encode("").ids());
    }
  }

  @Test
  void refusesAFileThatIsNoTokenizer() {
    byte[] file = "{\"model\": {\"type\": \"Unheard\"}}".getBytes(StandardCharsets.UTF_8);
    PackageException refused =
        assertThrows(
            PackageException.class,
            () ->
                TextTokenizer.load(
                    file,
                    new Manifest.Tokenization(
                        "tokenizer.json", 1, 512, Manifest.Truncation.LONGEST_FIRST, 0)));
    assertEquals(PackageException.Reason.FORMAT, refused.reason());
    assertEquals("tokenizer.json", refused.file());
  }

  @Test
  void threadsMayShareIt() throws Exception {
    try (TextTokenizer tokenizer = load(1, 512, Manifest.Truncation.LONGEST_FIRST);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      int[] expected = tokenizer.encode("The quick brown fox").ids();
      Callable<Boolean> task =
          () -> {
            for (int i = 0; i < 500; i++) {
              assertArrayEquals(expected, tokenizer.encode("The quick brown fox").ids());
            }
            return true;
          };
      List<Future<Boolean>> results =
          threads.invokeAll(IntStream.range(0, 4).mapToObj(i -> task).toList());
      for (Future<Boolean> result : results) {
        assertTrue(result.get());
      }
    }
  }

  private static int[] ints(JsonNode numbers) {
    return IntStream.range(0, numbers.size()).map(i -> numbers.get(i).intValue()).toArray();
  }
}
