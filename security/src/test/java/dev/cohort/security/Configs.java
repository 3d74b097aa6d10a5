package dev.cohort.security;

import static java.util.Optional.ofNullable;

import java.nio.file.Path;
import java.util.Optional;

/** Settings as values; null is a key that is not set. */
final class Configs {
  private Configs() {}

  static TlsConfig tls(String mode, Path certificate, Path key, Path clientCa) {
    return new TlsValues(
        ofNullable(mode), ofNullable(certificate), ofNullable(key), ofNullable(clientCa));
  }

  static AuthConfig auth(String mode, Path tokens) {
    return new AuthValues(ofNullable(mode), ofNullable(tokens));
  }

  static ClientTlsConfig client(String mode, Path ca, Path certificate, Path key) {
    return new Client(ofNullable(mode), ofNullable(ca), ofNullable(certificate), ofNullable(key));
  }

  private record Client(
      Optional<String> mode, Optional<Path> ca, Optional<Path> certificate, Optional<Path> key)
      implements ClientTlsConfig {}
}
