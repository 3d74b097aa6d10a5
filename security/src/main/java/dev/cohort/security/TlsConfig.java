package dev.cohort.security;

import java.nio.file.Path;
import java.util.Optional;

/** The keys {@code cohort.tls.*} of a server; {@link ServerSecurity} says what they mean. */
public interface TlsConfig {
  /** {@code plaintext} says that there is to be no TLS. */
  Optional<String> mode();

  /** PEM: the server's certificate, then those between it and its authority. */
  Optional<Path> certificate();

  /** PEM: the certificate's key, PKCS#8, not encrypted. */
  Optional<Path> key();

  /** PEM: who must have signed the certificate that each client then needs. */
  Optional<Path> clientCa();
}
