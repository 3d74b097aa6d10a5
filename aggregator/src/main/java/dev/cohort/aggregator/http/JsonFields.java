package dev.cohort.aggregator.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.oip.RequestBounds;
import dev.cohort.protocol.inference.InferParameter;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/** Reads values of known kinds; each refusal names the key. Stateless. */
final class JsonFields {
  /** Reads one element of an array. */
  @FunctionalInterface
  interface Element {
    void read() throws IOException;
  }

  private JsonFields() {}

  static String string(JsonParser json, String key) throws IOException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(json, key, "a string");
    }
    return json.getText();
  }

  static void integers(JsonParser json, String key, LongConsumer values) throws IOException {
    requireArray(json, key);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
        throw wrong(json, key, "an array of whole numbers");
      }
      values.accept(json.getLongValue());
    }
  }

  /** Reads an array of tensors. */
  static void each(JsonParser json, String key, Element element) throws IOException {
    requireArray(json, key);
    for (int count = 1; json.nextToken() != JsonToken.END_ARRAY; count++) {
      RequestBounds.requireTensors(key, count);
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw wrong(json, key, "an array of objects");
      }
      element.read();
    }
  }

  /** Parameters that the protocol has no form for (null, arrays, objects) are ignored. */
  static void parameters(JsonParser json, BiConsumer<String, InferParameter> parameters)
      throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return;
    }
    for (int count = 1; json.nextToken() == JsonToken.FIELD_NAME; count++) {
      RequestBounds.requireParameters(count);
      String key = json.currentName();
      json.nextToken();
      parameter(json).ifPresent(value -> parameters.accept(key, value));
    }
  }

  private static Optional<InferParameter> parameter(JsonParser json) throws IOException {
    InferParameter.Builder value = InferParameter.newBuilder();
    switch (json.currentToken()) {
      case VALUE_TRUE, VALUE_FALSE -> value.setBoolParam(json.getBooleanValue());
      case VALUE_STRING -> value.setStringParam(json.getText());
      case VALUE_NUMBER_FLOAT -> value.setDoubleParam(json.getDoubleValue());
      case VALUE_NUMBER_INT -> integer(json, value);
      default -> {
        json.skipChildren();
        return Optional.empty();
      }
    }
    return Optional.of(value.build());
  }

  private static void integer(JsonParser json, InferParameter.Builder value) throws IOException {
    if (json.getNumberType() != NumberType.BIG_INTEGER) {
      value.setInt64Param(json.getLongValue());
      return;
    }
    BigInteger large = json.getBigIntegerValue();
    if (large.signum() > 0 && large.bitLength() <= Long.SIZE) {
      value.setUint64Param(large.longValue());
    } else {
      value.setDoubleParam(large.doubleValue());
    }
  }

  private static void requireArray(JsonParser json, String key) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(json, key, "an array");
    }
  }

  private static RefusedException wrong(JsonParser json, String key, String allowed) {
    return RefusedException.invalid(
        "key '%s' holds %s; it must be %s".formatted(key, json.currentToken(), allowed));
  }
}
