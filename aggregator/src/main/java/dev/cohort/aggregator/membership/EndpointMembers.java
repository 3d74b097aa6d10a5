package dev.cohort.aggregator.membership;

import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.dispatch.SeatMember;
import dev.cohort.aggregator.dispatch.ServiceSeats;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which seats a Service's EndpointSlices name. An endpoint is a seat while it is ready; one that
 * terminates is none, although it may still serve what it has. A pod of two address families is one
 * seat, at its IPv4 address. Immutable and thread-safe; pure.
 */
final class EndpointMembers {
  private static final List<String> FAMILIES = List.of("IPv4", "IPv6");

  private final ServiceSeats service;
  private final String authority;

  /**
   * @param authority the name that the seats' certificates must have
   */
  EndpointMembers(ServiceSeats service, String authority) {
    this.service = service;
    this.authority = authority;
  }

  /** The seats, in the order of the slices' names, IPv4 first. */
  Set<SeatMember> of(Collection<EndpointSlice> slices) {
    Set<SeatMember> members = new LinkedHashSet<>();
    Set<String> pods = new HashSet<>();
    slices.stream()
        .filter(slice -> FAMILIES.contains(slice.getAddressType()))
        .sorted(
            Comparator.comparing(EndpointSlice::getAddressType)
                .thenComparing(slice -> slice.getMetadata().getName()))
        .forEach(slice -> port(slice).ifPresent(port -> add(slice, port, pods, members)));
    return members;
  }

  private void add(EndpointSlice slice, int port, Set<String> pods, Set<SeatMember> members) {
    Set<String> here = new HashSet<>();
    for (Endpoint endpoint : slice.getEndpoints()) {
      if (!isReady(endpoint) || pods.contains(pod(endpoint))) {
        continue;
      }
      here.add(pod(endpoint));
      // The addresses of one endpoint are interchangeable.
      endpoint.getAddresses().stream()
          .findFirst()
          .map(address -> new SeatMember(new SeatAddress(address, port), authority))
          .ifPresent(members::add);
    }
    pods.addAll(here);
  }

  private static boolean isReady(Endpoint endpoint) {
    EndpointConditions conditions = endpoint.getConditions();
    // Absent means ready.
    return conditions == null
        || (!Boolean.FALSE.equals(conditions.getReady())
            && !Boolean.TRUE.equals(conditions.getTerminating()));
  }

  private static String pod(Endpoint endpoint) {
    return Optional.ofNullable(endpoint.getTargetRef())
        .map(target -> target.getUid() == null ? target.getName() : target.getUid())
        .orElseGet(() -> String.join(",", endpoint.getAddresses()));
  }

  private Optional<Integer> port(EndpointSlice slice) {
    if (service.hasPortNumber()) {
      return service.port().map(Integer::valueOf);
    }
    List<EndpointPort> ports =
        slice.getPorts().stream()
            .filter(port -> port.getPort() != null)
            .filter(port -> service.port().isEmpty() || service.port().get().equals(port.getName()))
            .toList();
    return ports.size() == 1 ? Optional.of(ports.getFirst().getPort()) : Optional.empty();
  }
}
