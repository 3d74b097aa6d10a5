package dev.cohort.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokensTest {
  private static final ConfiguredFile FILE =
      new ConfiguredFile("cohort.auth.tokens", Path.of("tokens"));

  private final NewToken alice = NewToken.of("alice");
  private final NewToken bob = NewToken.of("bob");
  private final BearerTokens tokens = new BearerTokens();

  private String load(String text) {
    return tokens.replace(FILE, text.getBytes(StandardCharsets.UTF_8));
  }

  private Optional<String> fault(String header) {
    return tokens.fault(Optional.ofNullable(header));
  }

  @Test
  void knowsThoseOfItsLines() {
    assertEquals(
        "2 tokens of cohort.auth.tokens",
        load(
            "# people\n\n"
                + alice.line()
                + "\r\n  "
                + bob.line().toUpperCase().replace("BOB", "bob")));
    assertEquals(Optional.empty(), fault("Bearer " + alice.token()));
    assertEquals(Optional.empty(), fault("bearer  " + bob.token()));
    assertEquals(Optional.of("alice"), tokens.nameOf(alice.token()));
    assertTrue(fault("Bearer " + NewToken.of("alice").token()).isPresent());
    load(bob.line());
    assertEquals(
        Optional.of("the bearer token is not known here, or was revoked"),
        fault("Bearer " + alice.token()));
    assertEquals(Optional.empty(), fault("Bearer " + bob.token()));
    load("");
    assertTrue(fault("Bearer " + bob.token()).isPresent());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic YTpi", "Bearer\tx", "cohort_x"})
  void wantsTheBearerScheme(String header) {
    load(alice.line());
    assertEquals(Optional.of("the authorization is not 'Bearer TOKEN'"), fault(header));
  }

  @Test
  void saysWhatIsMissing() {
    assertEquals(
        Optional.of("a bearer token is needed; send it as 'authorization: Bearer TOKEN'"),
        fault(null));
    assertTrue(fault("Bearer " + "x".repeat(100_000)).isPresent());
  }

  @Test
  void refusesWrongLinesAndKeepsWhatItHad() {
    load(alice.line());
    for (String wrong :
        new String[] {
          bob.token(), "bob:" + bob.token(), ":" + "0".repeat(64), "b b:" + "0".repeat(64), "bob:00"
        }) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> load("\n" + wrong)).getMessage();
      assertTrue(message.startsWith("cohort.auth.tokens: tokens line 2 is not name:hash"), message);
      assertFalse(message.contains(bob.token()), message);
    }
    String twice = alice.line() + "\n" + alice.line();
    assertEquals(
        "cohort.auth.tokens: tokens line 2: name 'alice' comes twice",
        assertThrows(IllegalArgumentException.class, () -> load(twice)).getMessage());
    StringBuilder many = new StringBuilder();
    for (int i = 0; i <= BearerTokens.MAX_TOKENS; i++) {
      many.append("n%d:%064x%n".formatted(i, i));
    }
    assertEquals(
        "cohort.auth.tokens: tokens holds 1001 tokens; allowed are 1000",
        assertThrows(IllegalArgumentException.class, () -> load(many.toString())).getMessage());
    assertEquals(Optional.empty(), fault("Bearer " + alice.token()));
  }

  @Test
  void newTokensDifferAndTellTheirLineOnly() {
    assertNotEquals(alice.token(), NewToken.of("alice").token());
    assertTrue(alice.token().matches("cohort_[A-Za-z0-9_-]{43}"), alice.token());
    assertEquals(alice.line(), alice.toString());
    assertThrows(IllegalArgumentException.class, () -> NewToken.of("a:b"));
  }
}
