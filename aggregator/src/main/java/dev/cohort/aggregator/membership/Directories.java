package dev.cohort.aggregator.membership;

import dev.cohort.aggregator.dispatch.DnsSeats;
import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.dispatch.SeatDirectory;
import dev.cohort.aggregator.dispatch.SeatSource;
import dev.cohort.aggregator.dispatch.ServiceSeats;
import dev.cohort.aggregator.dispatch.StaticDirectory;
import java.util.ArrayList;
import java.util.List;

/** Makes the directory of a list of sources. Stateless. */
public final class Directories {
  private Directories() {}

  /**
   * One directory of all sources. What watches Kubernetes is loaded only when a source needs it.
   *
   * @throws IllegalArgumentException when a source cannot be looked at from here
   */
  public static SeatDirectory of(List<? extends SeatSource> sources) {
    List<SeatDirectory> directories = new ArrayList<>();
    directories.add(new StaticDirectory(only(SeatAddress.class, sources)));
    List<DnsSeats> names = only(DnsSeats.class, sources);
    if (!names.isEmpty()) {
      directories.add(DnsDirectory.open(names));
    }
    List<ServiceSeats> services = only(ServiceSeats.class, sources);
    if (!services.isEmpty()) {
      directories.add(EndpointSliceDirectory.open(services));
    }
    return new JoinedDirectory(directories);
  }

  private static <T extends SeatSource> List<T> only(
      Class<T> kind, List<? extends SeatSource> sources) {
    return sources.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
