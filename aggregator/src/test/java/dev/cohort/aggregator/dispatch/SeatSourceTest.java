package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeatSourceTest {
  @Test
  void formsAreToldApart() {
    assertEquals(new SeatAddress("h", 1), SeatSource.parse("h:1"));
    assertEquals(new DnsSeats("a.b.svc", 9100), SeatSource.parse("dns:///a.b.svc:9100"));
    assertEquals(
        new ServiceSeats("a", Optional.of("b"), Optional.of("grpc")),
        SeatSource.parse("kubernetes:///a.b:grpc"));
    assertEquals(
        new ServiceSeats("a", Optional.empty(), Optional.empty()),
        SeatSource.parse("kubernetes:///a"));
  }

  @Test
  void namesForCertificates() {
    assertEquals("a.b.svc", SeatSource.parse("dns:///a.b.svc:9100").host());
    assertEquals("a.b.svc", SeatSource.parse("kubernetes:///a.b").host());
    assertEquals("a.svc", SeatSource.parse("kubernetes:///a").host());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dns:///",
        "dns:///a",
        "dns:///a:0",
        "dns:///a:70000",
        "dns://a:9100",
        "kubernetes:///",
        "kubernetes:///A",
        "kubernetes:///a.b.c",
        "kubernetes:///a:0",
        "kubernetes:///a:99999",
        "kubernetes:///a:",
        "kubernetes:///-a",
        "http://a:1"
      })
  void wrongFormsAreNamed(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> SeatSource.parse(text)).getMessage();
    assertTrue(message.startsWith("'" + text + "'"), message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"h:1", "dns:///a:1", "kubernetes:///a.b:80", "kubernetes:///a"})
  void textIsTheForm(String text) {
    assertEquals(text, SeatSource.parse(text).toString());
  }
}
