package dev.cohort.aggregator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class JsonProperties {
  /** Whatever a reader makes of the number, a float or a double first, it gets the same float. */
  @Property(tries = 20_000)
  void floatsAreReadBackBitForBit(@ForAll int bits) {
    float value = Float.intBitsToFloat(bits);
    Assume.that(Float.isFinite(value));
    String text = new String(Json.bytes(json -> Json.number(json, value)), StandardCharsets.UTF_8);
    assertEquals(Float.floatToRawIntBits(value), Float.floatToRawIntBits(Float.parseFloat(text)));
    assertEquals(
        Float.floatToRawIntBits(value), Float.floatToRawIntBits((float) Double.parseDouble(text)));
  }
}
