package dev.cohort.security;

import java.nio.file.Path;
import java.util.Optional;

/** The keys {@code cohort.auth.*} of a server that takes bearer tokens. */
public interface AuthConfig {
  /** {@code none} says that anybody may call. */
  Optional<String> mode();

  /** Tokens as {@code name:sha256} lines; see {@link BearerTokens}. */
  Optional<Path> tokens();
}
