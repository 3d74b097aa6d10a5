package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeatAddressTest {
  @Test
  void readsHostAndPort() {
    assertEquals(new SeatAddress("seat-0.local", 9100), SeatAddress.parse("seat-0.local:9100"));
    assertEquals(new SeatAddress("::1", 9100), SeatAddress.parse("[::1]:9100"));
    assertEquals("[::1]:9100", SeatAddress.parse("[::1]:9100").toString());
  }

  @Test
  void namesWhatItCannotRead() {
    for (String text : List.of("", "host", ":1", "host:", "host:0", "host:65536", "::1:9", "h:x")) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> SeatAddress.parse(text));
      assertTrue(refused.getMessage().contains("'" + text + "'"), refused.getMessage());
    }
  }
}
