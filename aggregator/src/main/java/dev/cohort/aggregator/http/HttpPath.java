package dev.cohort.aggregator.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The paths of the protocol. */
sealed interface HttpPath {
  record Server() implements HttpPath {}

  record Live() implements HttpPath {}

  record Ready() implements HttpPath {}

  /** Statistics of all models. */
  record Statistics() implements HttpPath {}

  /** What is asked of a model. */
  enum Part {
    METADATA,
    READY,
    CONFIG,
    STATISTICS,
    INFER
  }

  /** A model; the version is empty where the path has none. */
  record Model(String name, String version, Part part) implements HttpPath {}

  /** Reads a path without its query; empty: not one of the protocol's. */
  static Optional<HttpPath> parse(String path) {
    String plain = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    List<String> parts = Arrays.asList(plain.split("/", -1));
    if (parts.size() < 2 || !parts.get(0).isEmpty() || !parts.get(1).equals("v2")) {
      return Optional.empty();
    }
    List<String> rest = parts.subList(2, parts.size());
    if (rest.isEmpty()) {
      return Optional.of(new Server());
    }
    if (rest.equals(List.of("health", "live"))) {
      return Optional.of(new Live());
    }
    if (rest.equals(List.of("health", "ready"))) {
      return Optional.of(new Ready());
    }
    if (rest.equals(List.of("models", "stats"))) {
      return Optional.of(new Statistics());
    }
    if (rest.size() < 2 || !rest.get(0).equals("models")) {
      return Optional.empty();
    }
    return model(rest.get(1), rest.subList(2, rest.size()));
  }

  private static Optional<HttpPath> model(String name, List<String> rest) {
    if (rest.size() >= 2 && rest.get(0).equals("versions")) {
      return part(rest.subList(2, rest.size()))
          .map(part -> new Model(decoded(name), decoded(rest.get(1)), part));
    }
    return part(rest).map(part -> new Model(decoded(name), "", part));
  }

  private static Optional<Part> part(List<String> rest) {
    if (rest.isEmpty()) {
      return Optional.of(Part.METADATA);
    }
    if (rest.size() > 1) {
      return Optional.empty();
    }
    return switch (rest.get(0)) {
      case "ready" -> Optional.of(Part.READY);
      case "config" -> Optional.of(Part.CONFIG);
      case "stats" -> Optional.of(Part.STATISTICS);
      case "infer" -> Optional.of(Part.INFER);
      default -> Optional.empty();
    };
  }

  private static String decoded(String segment) {
    try {
      return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return segment;
    }
  }
}
