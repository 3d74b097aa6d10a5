package dev.cohort.security;

import java.nio.file.Path;
import java.util.Optional;

/** A server's {@code cohort.auth.*} as values. Immutable. */
public record AuthValues(Optional<String> mode, Optional<Path> tokens) implements AuthConfig {}
