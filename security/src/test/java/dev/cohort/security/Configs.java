package dev.cohort.security;

import java.nio.file.Path;
import java.util.Optional;

/** Settings as values; null is a key that is not set. */
final class Configs {
  private Configs() {}

  static TlsConfig tls(String mode, Path certificate, Path key, Path clientCa) {
    return new TlsConfig() {
      @Override
      public Optional<String> mode() {
        return Optional.ofNullable(mode);
      }

      @Override
      public Optional<Path> certificate() {
        return Optional.ofNullable(certificate);
      }

      @Override
      public Optional<Path> key() {
        return Optional.ofNullable(key);
      }

      @Override
      public Optional<Path> clientCa() {
        return Optional.ofNullable(clientCa);
      }
    };
  }

  static AuthConfig auth(String mode, Path tokens) {
    return new AuthConfig() {
      @Override
      public Optional<String> mode() {
        return Optional.ofNullable(mode);
      }

      @Override
      public Optional<Path> tokens() {
        return Optional.ofNullable(tokens);
      }
    };
  }

  static ClientTlsConfig client(String mode, Path ca, Path certificate, Path key) {
    return new ClientTlsConfig() {
      @Override
      public Optional<String> mode() {
        return Optional.ofNullable(mode);
      }

      @Override
      public Optional<Path> ca() {
        return Optional.ofNullable(ca);
      }

      @Override
      public Optional<Path> certificate() {
        return Optional.ofNullable(certificate);
      }

      @Override
      public Optional<Path> key() {
        return Optional.ofNullable(key);
      }
    };
  }
}
