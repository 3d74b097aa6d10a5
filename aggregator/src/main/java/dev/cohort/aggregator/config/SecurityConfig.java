package dev.cohort.aggregator.config;

import dev.cohort.security.AuthConfig;
import dev.cohort.security.ClientTlsConfig;
import dev.cohort.security.TlsConfig;
import io.smallrye.config.ConfigMapping;

/** The settings of {@link Security} as they are written down. */
@ConfigMapping(prefix = "cohort")
public interface SecurityConfig {
  /** TLS of the gRPC and the HTTP port. */
  TlsConfig tls();

  /** Which clients may call. */
  AuthConfig auth();

  /** TLS of the connections to the seats. */
  ClientTlsConfig seatsTls();
}
