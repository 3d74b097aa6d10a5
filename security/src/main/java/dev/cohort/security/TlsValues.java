package dev.cohort.security;

import java.nio.file.Path;
import java.util.Optional;

/** A server's {@code cohort.tls.*} as values. Immutable. */
public record TlsValues(
    Optional<String> mode, Optional<Path> certificate, Optional<Path> key, Optional<Path> clientCa)
    implements TlsConfig {}
