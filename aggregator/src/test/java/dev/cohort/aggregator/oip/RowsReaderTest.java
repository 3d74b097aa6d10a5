package dev.cohort.aggregator.oip;

import static dev.cohort.aggregator.Requests.longs;
import static dev.cohort.aggregator.Requests.raw;
import static dev.cohort.aggregator.Requests.refusal;
import static dev.cohort.aggregator.Requests.texts;
import static dev.cohort.aggregator.Requests.typed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cohort.aggregator.Manifests;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowsReaderTest {
  private static final int MAX_ROWS = 4;

  private final RowsReader reader = new RowsReader(Manifests.classification(), MAX_ROWS);
  private final RowsReader pairs = new RowsReader(Manifests.pairs(), MAX_ROWS);
  private final RowsReader untyped = new RowsReader(Manifests.regression(), MAX_ROWS);

  private void assertRefused(RowsReader by, ModelInferRequest request, String... parts) {
    RefusedException refused = refusal(() -> by.read(request));
    assertEquals(Status.Code.INVALID_ARGUMENT, refused.code());
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
  }

  private void assertRefused(ModelInferRequest request, String... parts) {
    assertRefused(reader, request, parts);
  }

  private static ModelInferRequest tokens(List<Long> shape, long... ids) {
    return typed("colours", longs("input_ids", shape, ids));
  }

  private static ModelInferRequest masked(long[] ids, long[] mask) {
    List<Long> shape = List.of(1L, (long) ids.length);
    return typed("colours", longs("input_ids", shape, ids), longs("attention_mask", shape, mask));
  }

  @Test
  void textComesWithOneOrTwoDimensionsTypedOrRaw() {
    Rows expected = new Rows.Texts(List.of("one", "zwölf"));
    for (List<Long> shape : List.of(List.of(2L), List.of(2L, 1L))) {
      ModelInferRequest request = typed("colours", texts("text", shape, "one", "zwölf"));
      assertEquals(expected, reader.read(request));
      assertEquals(expected, reader.read(raw(request)));
    }
  }

  @Test
  void pairsComeAsTwoTensorsInAnyOrder() {
    InferInputTensor a = texts("text_a", List.of(2L), "a0", "a1");
    InferInputTensor b = texts("text_b", List.of(2L, 1L), "b0", "b1");
    Rows expected = new Rows.Pairs(List.of("a0", "a1"), List.of("b0", "b1"));
    assertEquals(expected, pairs.read(typed("colours", a, b)));
    assertEquals(expected, pairs.read(raw(typed("colours", b, a))));
  }

  @Test
  void tokensComeWithMaskAndTypes() {
    List<Long> shape = List.of(2L, 3L);
    ModelInferRequest request =
        typed(
            "colours",
            longs("attention_mask", shape, 1, 1, 1, 1, 0, 0),
            longs("input_ids", shape, 5, 6, 7, 8, 99, -1),
            longs("token_type_ids", shape, 0, 1, 1, 1, 7, 7));
    Rows expected =
        new Rows.Tokens(
            List.of(
                new TokenRow(new int[] {5, 6, 7}, new int[] {0, 1, 1}),
                new TokenRow(new int[] {8}, new int[] {1})));
    assertEquals(expected, reader.read(request));
    assertEquals(expected, reader.read(raw(request)));
  }

  @Test
  void tokensMayBeInt32() {
    InferInputTensor.Builder ids =
        longs("input_ids", List.of(1L, 2L)).toBuilder().setDatatype("INT32");
    ids.getContentsBuilder().addIntContents(3).addIntContents(4);
    ModelInferRequest request = typed("colours", ids.build());
    Rows expected = new Rows.Tokens(List.of(TokenRow.of(3, 4)));
    assertEquals(expected, reader.read(request));
    assertEquals(expected, reader.read(raw(request)));
  }

  @Test
  void typesAreIgnoredWhereTheFamilyHasNone() {
    List<Long> shape = List.of(1L, 2L);
    ModelInferRequest request =
        typed("colours", longs("input_ids", shape, 3, 4), longs("token_type_ids", shape, 9, 9));
    assertEquals(new Rows.Tokens(List.of(TokenRow.of(3, 4))), untyped.read(request));
  }

  @Test
  void unknownMissingAndDoubleTensorsAreNamed() {
    assertRefused(typed("colours", texts("txt", List.of(1L), "a")), "'txt'", "[text]");
    assertRefused(typed("colours"), "'text' is missing");
    assertRefused(
        pairs, typed("colours", texts("text_a", List.of(1L), "a")), "'text_b' is missing");
    assertRefused(pairs, typed("colours", texts("text", List.of(1L), "a")), "'text'", "text_b");
    InferInputTensor text = texts("text", List.of(1L), "a");
    assertRefused(typed("colours", text, text), "'text' is given twice");
    assertRefused(
        typed("colours", text, longs("input_ids", List.of(1L, 1L), 1)), "'text'", "token ids");
    assertRefused(
        typed("colours", longs("attention_mask", List.of(1L, 1L), 1)), "'input_ids' is missing");
  }

  @Test
  void wrongShapesNameTensorAndShape() {
    assertRefused(typed("colours", texts("text", List.of(), "a")), "'text'", "shape []");
    assertRefused(typed("colours", texts("text", List.of(0L))), "'text'", "dimension 0");
    assertRefused(typed("colours", texts("text", List.of(-1L), "a")), "dimension -1");
    assertRefused(typed("colours", texts("text", List.of(1L, 2L), "a", "b")), "[1, 2]", "[B,1]");
    assertRefused(typed("colours", texts("text", List.of(1L, 1L, 1L), "a")), "[1, 1, 1]");
    assertRefused(typed("colours", texts("text", List.of(2L), "a")), "1 elements", "asks for 2");
    assertRefused(typed("colours", texts("text", List.of(1L << 40), "a")), "1099511627776");
    assertRefused(typed("colours", texts("text", List.of(1L << 30, 1L << 30), "a")), "more than");
    assertRefused(
        typed("colours", texts("text", List.of(5L), "", "", "", "", "")), "5 rows", "1 to 4");
    assertRefused(tokens(List.of(2L), 1, 2), "'input_ids'", "[B,L]");
    assertRefused(tokens(List.of(5L, 1L), 1, 2, 3, 4, 5), "5 rows");
    assertRefused(
        typed(
            "colours",
            longs("input_ids", List.of(1L, 2L), 1, 2),
            longs("attention_mask", List.of(2L, 1L), 1, 1)),
        "'attention_mask'",
        "[2, 1]");
  }

  @Test
  void wrongDatatypesNameTensorAndType() {
    InferInputTensor text = texts("text", List.of(1L), "a");
    assertRefused(typed("colours", text.toBuilder().setDatatype("FP16").build()), "'text'", "FP16");
    assertRefused(
        typed("colours", text.toBuilder().setDatatype("INT64").build()), "INT64", "[BYTES]");
    assertRefused(
        typed(
            "colours",
            longs("input_ids", List.of(1L, 1L), 1).toBuilder().setDatatype("BYTES").build()),
        "'input_ids'",
        "[INT64, INT32]");
  }

  @Test
  void tokensOutOfRangeNameRowAndPlace() {
    assertRefused(tokens(List.of(1L, 2L), 1, 100), "row 0 has 100 at place 1", "0 to 99");
    assertRefused(tokens(List.of(2L, 1L), 1, -1), "row 1 has -1 at place 0");
    assertRefused(tokens(List.of(1L, 1L), 1L << 32), "4294967296");
    assertRefused(tokens(List.of(1L, 9L), 1, 1, 1, 1, 1, 1, 1, 1, 1), "9 tokens", "1 to 8");
    List<Long> shape = List.of(1L, 1L);
    assertRefused(
        typed("colours", longs("input_ids", shape, 1), longs("token_type_ids", shape, 2)),
        "'token_type_ids'",
        "0 to 1");
  }

  @Test
  void maskMustBeOnesThenZeros() {
    assertRefused(masked(new long[] {1, 2}, new long[] {0, 1}), "'attention_mask'", "place 1");
    assertRefused(masked(new long[] {1, 2}, new long[] {1, 2}), "2 at place 1");
    assertRefused(masked(new long[] {1, 2}, new long[] {0, 0}), "masked completely");
  }

  @Test
  void paddingMayGoBeyondTheLongestRow() {
    long[] mask = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    assertEquals(
        new Rows.Tokens(List.of(TokenRow.of(4))),
        reader.read(masked(new long[] {4, 0, 0, 0, 0, 0, 0, 0, 0, 0}, mask)));
  }

  @Test
  void rawAndTypedDoNotMix() {
    ModelInferRequest request = typed("colours", texts("text", List.of(1L), "a"));
    assertRefused(
        request.toBuilder().addRawInputContents(ByteString.EMPTY).build(), "'text'", "only one");
    assertRefused(
        raw(request).toBuilder().addRawInputContents(ByteString.EMPTY).build(),
        "2 entries for 1 inputs");
  }

  @Test
  void textMustBeUtf8() {
    InferInputTensor.Builder text = texts("text", List.of(1L)).toBuilder();
    text.getContentsBuilder().addBytesContents(ByteString.copyFrom(new byte[] {(byte) 0xff}));
    assertRefused(typed("colours", text.build()), "'text'", "row 0 is not UTF-8");
  }

  @Test
  void sharedMemoryIsRefused() {
    InferInputTensor.Builder text = texts("text", List.of(1L), "a").toBuilder();
    text.putParameters(
        "shared_memory_region",
        dev.cohort.protocol.inference.InferParameter.newBuilder().setStringParam("x").build());
    assertRefused(typed("colours", text.build()), "shared memory");
  }
}
