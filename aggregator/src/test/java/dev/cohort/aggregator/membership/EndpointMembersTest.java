package dev.cohort.aggregator.membership;

import static dev.cohort.aggregator.membership.Slices.ready;
import static dev.cohort.aggregator.membership.Slices.slice;
import static dev.cohort.aggregator.membership.Slices.starting;
import static dev.cohort.aggregator.membership.Slices.terminating;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cohort.aggregator.dispatch.SeatMember;
import dev.cohort.aggregator.dispatch.SeatSource;
import dev.cohort.aggregator.dispatch.ServiceSeats;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndpointMembersTest {
  private static final String NAME = "student-0.cohort.svc";

  private static List<String> members(String port, EndpointSlice... slices) {
    ServiceSeats service = (ServiceSeats) SeatSource.parse("kubernetes:///student-0" + port);
    return new EndpointMembers(service, NAME)
        .of(List.of(slices)).stream().map(SeatMember::address).map(Object::toString).toList();
  }

  @Test
  void onlyReadyEndpointsAreMembers() {
    EndpointSlice slice =
        slice(
            "a",
            "IPv4",
            9100,
            ready("10.0.0.1", "p1"),
            starting("10.0.0.2", "p2"),
            terminating("10.0.0.3", "p3"));
    assertEquals(List.of("10.0.0.1:9100"), members("", slice));
    Endpoint bare = new EndpointBuilder().withAddresses("10.0.0.4").build();
    assertEquals(List.of("10.0.0.4:9100"), members("", slice("a", "IPv4", 9100, bare)));
  }

  @Test
  void terminatingPodIsNoMemberEvenWhenItIsPublishedAsReady() {
    Endpoint published =
        new EndpointBuilder(terminating("10.0.0.3", "p3"))
            .editConditions()
            .withReady(true)
            .endConditions()
            .build();
    assertEquals(List.of(), members("", slice("a", "IPv4", 9100, published)));
  }

  @Test
  void podOfTwoFamiliesIsOneSeat() {
    EndpointSlice six = slice("a", "IPv6", 9100, ready("fd00::1", "p1"), ready("fd00::2", "p2"));
    EndpointSlice four = slice("b", "IPv4", 9100, ready("10.0.0.1", "p1"));
    assertEquals(List.of("10.0.0.1:9100", "[fd00::2]:9100"), members("", six, four));
  }

  @Test
  void severalSlicesAreOneService() {
    assertEquals(
        List.of("10.0.0.1:9100", "10.0.0.2:9200"),
        members(
            "",
            slice("b", "IPv4", 9200, ready("10.0.0.2", "p2"), ready("10.0.0.1", "p1")),
            slice("a", "IPv4", 9100, ready("10.0.0.1", "p1"))));
  }

  @Test
  void portIsNumberNameOrTheOnlyOne() {
    EndpointSlice two =
        new EndpointSliceBuilder(slice("a", "IPv4", 9100, ready("10.0.0.1", "p1")))
            .addNewPort()
            .withName("metrics")
            .withPort(9101)
            .endPort()
            .build();
    assertEquals(List.of("10.0.0.1:9300"), members(":9300", two));
    assertEquals(List.of("10.0.0.1:9100"), members(":grpc", two));
    assertEquals(List.of(), members(":other", two));
    assertEquals(List.of(), members("", two));
  }

  @Test
  void namesOfHostsAreNoSeats() {
    assertEquals(List.of(), members("", slice("a", "FQDN", 9100, ready("a.example", "p1"))));
  }
}
