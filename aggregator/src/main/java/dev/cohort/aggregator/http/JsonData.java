package dev.cohort.aggregator.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.oip.Datatype;
import dev.cohort.protocol.inference.InferTensorContents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code data} of a tensor in JSON, nested or flat: strings and whole numbers, which is what
 * inputs here are made of. Kept as protobuf contents until datatype and name are known, since keys
 * come in any order. Not thread-safe.
 */
final class JsonData {
  private final List<ByteString> strings = new ArrayList<>();
  private final InferTensorContents.Builder integers = InferTensorContents.newBuilder();

  /** Reads from the value on which the parser stands. */
  static JsonData read(JsonParser json) throws IOException {
    JsonData data = new JsonData();
    int depth = 0;
    JsonToken token = json.currentToken();
    do {
      switch (token) {
        case START_ARRAY -> depth++;
        case END_ARRAY -> depth--;
        case VALUE_STRING -> data.strings.add(utf8(json.getText()));
        case VALUE_NUMBER_INT -> data.integers.addInt64Contents(json.getLongValue());
        default ->
            throw RefusedException.invalid(
                "key 'data' holds %s; allowed are arrays of strings or of whole numbers"
                    .formatted(token == JsonToken.START_OBJECT ? "an object" : json.getText()));
      }
      if (depth > 0) {
        token = json.nextToken();
      }
    } while (depth > 0);
    return data;
  }

  /** The data as typed contents. */
  InferTensorContents contents(String tensor, Datatype type) {
    boolean hasStrings = !strings.isEmpty();
    boolean hasIntegers = integers.getInt64ContentsCount() > 0;
    if (type == Datatype.BYTES && !hasIntegers) {
      return InferTensorContents.newBuilder().addAllBytesContents(strings).build();
    }
    if (type == Datatype.INT64 && !hasStrings) {
      return integers.build();
    }
    if (type == Datatype.INT32 && !hasStrings) {
      return narrowed(tensor);
    }
    throw RefusedException.invalid(
        "tensor '%s': data of datatype %s must be %s"
            .formatted(tensor, type, type == Datatype.BYTES ? "strings" : "whole numbers"));
  }

  private static ByteString utf8(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw RefusedException.invalid("key 'data' holds a string with half a surrogate pair");
    }
    return ByteString.copyFromUtf8(text);
  }

  private InferTensorContents narrowed(String tensor) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (long value : integers.getInt64ContentsList()) {
      if (value != (int) value) {
        throw RefusedException.invalid("tensor '%s': %d is not an INT32".formatted(tensor, value));
      }
      contents.addIntContents((int) value);
    }
    return contents.build();
  }
}
