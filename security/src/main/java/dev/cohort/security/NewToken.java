package dev.cohort.security;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A token that was just made. Immutable.
 *
 * @param token for the client: 256 random bits
 * @param line for the server's file: the name and the token's SHA-256
 */
public record NewToken(String token, String line) {
  private static final int BYTES = 32;

  /** Lets people and scanners see what a string that turned up somewhere is. */
  private static final String PREFIX = "cohort_";

  /**
   * Makes one.
   *
   * @throws IllegalArgumentException when the name is not allowed
   */
  public static NewToken of(String name) {
    if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "the name '%s' is not 1 to 64 of A-Z a-z 0-9 . _ -".formatted(name));
    }
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    return new NewToken(token, name + ":" + HexFormat.of().formatHex(BearerTokens.hash(token)));
  }

  /** Tells the line only: records are printed easily. */
  @Override
  public String toString() {
    return line;
  }
}
