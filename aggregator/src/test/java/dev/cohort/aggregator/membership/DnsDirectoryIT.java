package dev.cohort.aggregator.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.Await;
import dev.cohort.aggregator.dispatch.DnsSeats;
import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.dispatch.SeatMember;
import dev.cohort.aggregator.dispatch.SeatSource;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** DNS names against a name server on loopback, over UDP. */
class DnsDirectoryIT {
  private static final String NAME = "student-0.test.svc";

  private final TestDnsServer server = new TestDnsServer(NAME);
  private final List<Set<SeatMember>> seen = new CopyOnWriteArrayList<>();
  private final DnsDirectory directory =
      DnsDirectory.open(
          List.of((DnsSeats) SeatSource.parse("dns:///" + NAME + ":9100")),
          new SingletonDnsServerAddressStreamProvider(server.address()));

  @AfterEach
  void close() {
    directory.close();
    server.close();
  }

  private static Set<SeatMember> members(String... addresses) {
    return Arrays.stream(addresses)
        .map(address -> new SeatMember(new SeatAddress(address, 9100), NAME))
        .collect(Collectors.toSet());
  }

  private void awaitMembers(String... addresses) {
    Await.until(
        Arrays.toString(addresses) + " are members",
        () -> !seen.isEmpty() && seen.getLast().equals(members(addresses)));
  }

  @Test
  void allRecordsOfBothFamiliesAreMembers() {
    server.answer("10.0.0.1", "10.0.0.2", "fd00::1");
    directory.start(seen::add);
    awaitMembers("10.0.0.1", "10.0.0.2", "fd00:0:0:0:0:0:0:1");
    assertEquals(
        "[fd00:0:0:0:0:0:0:1]:9100", new SeatAddress("fd00:0:0:0:0:0:0:1", 9100).toString());
  }

  @Test
  void changesAreFoundAgainAndAgainAndAtOnceWhenAsked() {
    server.answer("10.0.0.1");
    directory.start(seen::add);
    awaitMembers("10.0.0.1");
    server.answer("10.0.0.1", "10.0.0.2");
    awaitMembers("10.0.0.1", "10.0.0.2");
    server.answer("10.0.0.3");
    int before = server.questions();
    long asked = System.nanoTime();
    directory.refresh();
    Await.until("the server is asked", () -> server.questions() > before);
    long millis = (System.nanoTime() - asked) / 1_000_000;
    assertTrue(millis < 1500, "asked after " + millis + " ms");
    awaitMembers("10.0.0.3");
    assertEquals(3, seen.size(), "only changes are told");
  }

  @Test
  void failuresDoNotMakeAStormOfQuestions() {
    server.answer("10.0.0.1");
    directory.start(seen::add);
    awaitMembers("10.0.0.1");
    int before = server.questions();
    long begin = System.nanoTime();
    IntStream.range(0, 10_000).forEach(i -> directory.refresh());
    Await.until("the server is asked", () -> server.questions() >= before + 2);
    long rounds = 1 + (System.nanoTime() - begin) / 250_000_000;
    assertTrue(server.questions() - before <= 2 * (rounds + 1), server.questions() + " questions");
  }

  @Test
  void nameThatCannotBeResolvedKeepsItsMembers() {
    server.answer("10.0.0.1", "10.0.0.2");
    directory.start(seen::add);
    awaitMembers("10.0.0.1", "10.0.0.2");
    for (DnsResponseCode code : List.of(DnsResponseCode.SERVFAIL, DnsResponseCode.NXDOMAIN)) {
      server.fail(code);
      int before = server.questions();
      directory.refresh();
      Await.until("the server was asked", () -> server.questions() >= before + 2);
    }
    server.answer("10.0.0.2");
    directory.refresh();
    awaitMembers("10.0.0.2");
    assertEquals(2, seen.size(), seen.toString());
  }
}
