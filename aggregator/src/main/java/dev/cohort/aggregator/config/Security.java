package dev.cohort.aggregator.config;

import dev.cohort.aggregator.dispatch.SeatSource;
import dev.cohort.security.ClientTls;
import dev.cohort.security.ServerSecurity;
import java.util.Optional;

/**
 * How both sides of the aggregator are protected. Close it when the aggregator is closed.
 *
 * @param clients TLS and authentication of the gRPC and the HTTP port
 * @param seats TLS of the connections to the seats; none for plaintext
 */
public record Security(ServerSecurity clients, Optional<ClientTls> seats) implements AutoCloseable {
  /**
   * Reads the files that the settings name.
   *
   * @throws IllegalArgumentException naming the keys that are wrong and what is allowed
   */
  public static Security of(SecurityConfig config, Settings settings) {
    Optional<ClientTls> seats =
        ClientTls.of(
            "cohort.seats-tls.",
            config.seatsTls(),
            settings.seats().stream().map(SeatSource::host).toList());
    try {
      return new Security(ServerSecurity.of(settings.host(), config.tls(), config.auth()), seats);
    } catch (IllegalArgumentException e) {
      seats.ifPresent(ClientTls::close);
      throw e;
    }
  }

  /**
   * None, for an aggregator that only this machine can reach.
   *
   * @throws IllegalArgumentException when its host is not a loopback address
   */
  public static Security local(Settings settings) {
    return new Security(ServerSecurity.local(settings.host()), Optional.empty());
  }

  @Override
  public void close() {
    clients.close();
    seats.ifPresent(ClientTls::close);
  }
}
