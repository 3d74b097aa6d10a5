package dev.cohort.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The tokens that clients may bring, known by their SHA-256 only. A token is 256 random bits (see
 * {@link NewToken}), so nobody can guess one from its hash, and salt or a slow hash would add
 * nothing but time to each request. The list may be replaced at any time. Thread-safe.
 */
public final class BearerTokens {
  /** Each request is compared with all of them. */
  static final int MAX_TOKENS = 1000;

  private static final String SCHEME = "bearer ";
  private static final int MAX_HEADER = 512;
  private static final Pattern LINE =
      Pattern.compile("(?<name>[A-Za-z0-9._-]{1,64}):(?<hash>[0-9a-fA-F]{64})");

  private record Entry(String name, byte[] hash) {}

  private volatile List<Entry> entries = List.of();

  BearerTokens() {}

  /**
   * Replaces the list.
   *
   * @return how many there are, for the log
   * @throws IllegalArgumentException naming the line that is wrong; then nothing has changed
   */
  String replace(ConfiguredFile file, byte[] content) {
    List<Entry> next = new ArrayList<>();
    Set<String> names = new HashSet<>();
    List<String> lines = new String(content, StandardCharsets.UTF_8).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      var parts = LINE.matcher(line);
      if (!parts.matches()) {
        // The line may hold a token by mistake: it is not repeated.
        throw file.wrong(
            ("line %d is not name:hash with a name of 1 to 64 of A-Z a-z 0-9 . _ - and the SHA-256"
                    + " as 64 hexadecimal digits")
                .formatted(i + 1));
      }
      if (!names.add(parts.group("name"))) {
        throw file.wrong("line %d: name '%s' comes twice".formatted(i + 1, parts.group("name")));
      }
      next.add(new Entry(parts.group("name"), HexFormat.of().parseHex(parts.group("hash"))));
    }
    if (next.size() > MAX_TOKENS) {
      throw file.wrong("holds %d tokens; allowed are %d".formatted(next.size(), MAX_TOKENS));
    }
    entries = List.copyOf(next);
    return "%d tokens of %s".formatted(next.size(), file.key());
  }

  /**
   * Why a request is not let in, or nothing when it is.
   *
   * @param authorization the header's or metadata's value, if there is one
   * @return a text for the client; never holds any of the header
   */
  public Optional<String> fault(Optional<String> authorization) {
    if (authorization.isEmpty()) {
      return Optional.of("a bearer token is needed; send it as 'authorization: Bearer TOKEN'");
    }
    String header = authorization.get();
    if (header.length() > MAX_HEADER
        || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)
        || header.length() == SCHEME.length()) {
      return Optional.of("the authorization is not 'Bearer TOKEN'");
    }
    return nameOf(header.substring(SCHEME.length()).strip()).isPresent()
        ? Optional.empty()
        : Optional.of("the bearer token is not known here, or was revoked");
  }

  /** Whose token this is. Takes the same time wherever in the list it is, or if it is not. */
  Optional<String> nameOf(String token) {
    byte[] hash = hash(token);
    Optional<String> found = Optional.empty();
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(entry.hash(), hash)) {
        found = Optional.of(entry.name());
      }
    }
    return found;
  }

  static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JDK has no SHA-256; this is a bug", e);
    }
  }
}
