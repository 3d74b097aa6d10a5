package dev.cohort.packages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedBatchTest {
  private static final BatchRules RULES = new BatchRules(100, 2, 2, 4, 10, 5);

  private static ByteBuffer wire(int... numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(numbers);
    return bytes;
  }

  @Test
  void packsTwoRowsIntoTheSixGraphInputs() {
    PackedBatch batch =
        PackedBatch.of(
            List.of(TokenRow.of(11, 12), new TokenRow(new int[] {21, 22, 23}, new int[] {0, 1, 1})),
            RULES);
    assertEquals(2, batch.rows());
    assertEquals(5, batch.tokens());
    assertEquals(3, batch.longest());
    assertArrayEquals(new int[] {11, 12, 21, 22, 23}, batch.inputIds());
    assertArrayEquals(new int[] {0, 0, 0, 1, 1}, batch.tokenTypeIds());
    assertArrayEquals(new int[] {2, 3, 2, 3, 4}, batch.positionIds());
    assertArrayEquals(new int[] {0, 1, 5, 2, 3, 4}, batch.padIndex());
    assertArrayEquals(new int[] {0, 1, 3, 4, 5}, batch.unpadIndex());
    assertArrayEquals(new int[] {0, 2}, batch.rowStarts());
    assertEquals(2, batch.rowLength(0));
    assertEquals(3, batch.rowLength(1));
  }

  @Test
  void wireBytesGiveTheSameBatch() {
    PackedBatch batch =
        PackedBatch.fromWire(wire(11, 12, 21, 22, 23), wire(0, 0, 0, 1, 1), wire(2, 3), RULES);
    assertArrayEquals(new int[] {11, 12, 21, 22, 23}, batch.inputIds());
    assertArrayEquals(new int[] {0, 0, 0, 1, 1}, batch.tokenTypeIds());
    assertArrayEquals(new int[] {0, 1, 5, 2, 3, 4}, batch.padIndex());
    PackedBatch untyped = PackedBatch.fromWire(wire(11, 12, 13), wire(), wire(2, 1), RULES);
    assertArrayEquals(new int[] {0, 0, 0}, untyped.tokenTypeIds());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "-         | -     | -         | INVALID    | the batch has no rows; at least 1 is needed",
        "1 2       | -     | 2 0       | INVALID    | row_lengths[1] is 0; at least 1 is needed",
        "1 2       | -     | -1 3      | INVALID    | row_lengths[0] is -1; at least 1 is needed",
        "1 2 3     | -     | 2         | INVALID    | input_ids has 3 tokens but row_lengths sums to 2",
        "1 2       | 0     | 2         | INVALID    | token_type_ids has 4 bytes but input_ids has 8",
        "1 100     | -     | 2         | INVALID    | input_ids[1] is 100; allowed are 0 to 99",
        "-1 1      | -     | 2         | INVALID    | input_ids[0] is -1; allowed are 0 to 99",
        "1 1       | 0 2   | 2         | INVALID    | token_type_ids[1] is 2; allowed are 0 to 1",
        "1 1 1 1 1 | -     | 1 1 1 1 1 | OVER_LIMIT | 5 rows; at most 4 are allowed",
        "1         | -     | 2147483647| OVER_LIMIT | 2147483647 tokens in row 0; at most 5 are allowed",
        "1         | -     | 5 5 5     | OVER_LIMIT | 15 tokens; at most 10 are allowed",
        "1 1 1 1 1 1 1 1 1 1 1 | - | 5 5 1 | OVER_LIMIT | 11 tokens; at most 10 are allowed"
      })
  void refusesWhatBreaksARule(
      String ids, String types, String lengths, InputException.Kind kind, String message) {
    InputException refused =
        assertThrows(
            InputException.class,
            () -> PackedBatch.fromWire(numbers(ids), numbers(types), numbers(lengths), RULES));
    assertEquals(kind, refused.kind());
    assertEquals(message, refused.getMessage());
  }

  private static ByteBuffer numbers(String text) {
    return text == null
        ? wire()
        : wire(java.util.Arrays.stream(text.split(" ")).mapToInt(Integer::parseInt).toArray());
  }

  @Test
  void refusesBytesThatAreNotWholeNumbers() {
    InputException refused =
        assertThrows(
            InputException.class,
            () -> PackedBatch.fromWire(ByteBuffer.allocate(6), wire(), wire(1), RULES));
    assertEquals("input_ids has 6 bytes, not a multiple of 4", refused.getMessage());
  }

  @Test
  void ignoresTypesWhereTheFamilyHasNone() {
    BatchRules untyped = new BatchRules(100, 0, 0, 4, 10, 5);
    PackedBatch batch = PackedBatch.fromWire(wire(1, 2), wire(7, -7), wire(2), untyped);
    assertArrayEquals(new int[] {0, 0}, batch.tokenTypeIds());
  }

  @Test
  void splitKeepsRowsAndOffsetsAndTheBound() {
    BatchRules rules = new BatchRules(100, 2, 2, 8, 100, 10);
    PackedBatch batch =
        PackedBatch.of(
            List.of(TokenRow.of(1), TokenRow.of(2), TokenRow.of(3), TokenRow.of(4, 5, 6, 7)),
            rules);
    List<PackedBatch> parts = batch.split(17);
    assertEquals(3, parts.size());
    assertArrayEquals(new int[] {1, 2}, parts.get(0).inputIds());
    assertArrayEquals(new int[] {3}, parts.get(1).inputIds());
    assertArrayEquals(new int[] {4, 5, 6, 7}, parts.get(2).inputIds());
    assertArrayEquals(new int[] {2, 3, 4, 5}, parts.get(2).positionIds());
    assertArrayEquals(new int[] {0}, parts.get(2).rowStarts());
    assertEquals(List.of(batch), batch.split(64));
  }
}
