package dev.cohort.operator.desired;

import dev.cohort.crds.CertificateSource;
import dev.cohort.crds.SeatSecurity;
import dev.cohort.crds.SecuritySpec;
import java.util.Optional;

/** Which Secrets hold the certificates of an ensemble. */
public final class Tls {
  /** Role in the name of the certificate that clients see. */
  static final String CLIENT = "client";

  /** Role in the name of the seats' certificate. */
  static final String SEATS = "seats";

  /** Role in the name of the certificate that aggregators show to seats. */
  static final String AGGREGATORS = "aggregator";

  private Tls() {}

  /** The Secret of the certificate that clients see; empty without TLS. */
  public static Optional<String> client(Owner owner, SecuritySpec security) {
    return Optional.ofNullable(security)
        .map(SecuritySpec::clientTls)
        .map(source -> secret(owner, source, CLIENT));
  }

  static Optional<String> seats(Owner owner, SecuritySpec security) {
    return inner(security).map(tls -> secret(owner, tls.seats(), SEATS));
  }

  static Optional<String> aggregators(Owner owner, SecuritySpec security) {
    return inner(security).map(tls -> secret(owner, tls.aggregators(), AGGREGATORS));
  }

  static Optional<SeatSecurity> inner(SecuritySpec security) {
    return Optional.ofNullable(security).map(SecuritySpec::seatTls);
  }

  private static String secret(Owner owner, CertificateSource source, String role) {
    return source.secretName() != null ? source.secretName() : owner.names().certificate(role);
  }
}
