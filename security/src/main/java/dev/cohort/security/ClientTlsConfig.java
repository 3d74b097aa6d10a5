package dev.cohort.security;

import java.nio.file.Path;
import java.util.Optional;

/** The keys {@code cohort.seats-tls.*} of a client; {@link ClientTls} says what they mean. */
public interface ClientTlsConfig {
  /** {@code plaintext} says that there is to be no TLS. */
  Optional<String> mode();

  /** PEM: who must have signed the server's certificate. */
  Optional<Path> ca();

  /** PEM: the client's own certificate, for servers that ask for one. */
  Optional<Path> certificate();

  /** PEM: that certificate's key, PKCS#8, not encrypted. */
  Optional<Path> key();
}
