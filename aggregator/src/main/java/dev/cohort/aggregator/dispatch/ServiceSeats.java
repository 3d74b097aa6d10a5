package dev.cohort.aggregator.dispatch;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ready endpoints of a Kubernetes Service.
 *
 * @param namespace none: that of the aggregator itself
 * @param port number, or name of the Service's port; none: the only one
 */
public record ServiceSeats(String service, Optional<String> namespace, Optional<String> port)
    implements SeatSource {
  static final String SCHEME = "kubernetes:///";

  private static final String LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
  private static final Pattern FORM =
      Pattern.compile(
          "(?<service>%1$s)(?:\\.(?<namespace>%1$s))?(?::(?<port>%1$s))?".formatted(LABEL));
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** The Service's name in the cluster's DNS, as far as it is known here. */
  @Override
  public String host() {
    return namespace.map(this::hostIn).orElse(service + ".svc");
  }

  /** The Service's name in the cluster's DNS; certificates of seats name it. */
  public String hostIn(String ownNamespace) {
    return service + "." + namespace.orElse(ownNamespace) + ".svc";
  }

  /** Whether the port is a number. */
  public boolean hasPortNumber() {
    return port.filter(text -> NUMBER.matcher(text).matches()).isPresent();
  }

  static ServiceSeats parse(String text) {
    Matcher form = FORM.matcher(text.substring(SCHEME.length()));
    if (!form.matches()) {
      throw wrong(text);
    }
    ServiceSeats seats =
        new ServiceSeats(
            form.group("service"),
            Optional.ofNullable(form.group("namespace")),
            Optional.ofNullable(form.group("port")));
    if (seats.hasPortNumber() && !SeatAddress.isPort(seats.port().orElseThrow())) {
      throw wrong(text);
    }
    return seats;
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'%s' is not %sservice[.namespace][:port] with names of Kubernetes and a port's name or 1..%d"
            .formatted(text, SCHEME, SeatAddress.MAX_PORT));
  }

  @Override
  public String toString() {
    return SCHEME
        + service
        + namespace.map(n -> "." + n).orElse("")
        + port.map(p -> ":" + p).orElse("");
  }
}
