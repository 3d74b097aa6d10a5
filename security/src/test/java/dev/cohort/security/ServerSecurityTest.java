package dev.cohort.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.testing.TestAuthority;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start accepts and refuses. */
class ServerSecurityTest {
  private static final TlsConfig NO_TLS = Configs.tls(null, null, null, null);
  private static final AuthConfig NO_AUTH = Configs.auth(null, null);
  private static final String ALL = "0.0.0.0";

  @TempDir private Path folder;
  private final TestAuthority authority = new TestAuthority("authority");
  private Path certificate;
  private Path key;
  private Path ca;
  private Path tokens;

  @BeforeEach
  void files() throws Exception {
    certificate = folder.resolve("server.pem");
    key = folder.resolve("server.key");
    authority.issue("server").write(certificate, key);
    ca = Files.writeString(folder.resolve("ca.pem"), authority.pem());
    tokens = Files.writeString(folder.resolve("tokens"), NewToken.of("alice").line());
  }

  private static String of(String host, TlsConfig tls, AuthConfig auth) {
    try (ServerSecurity security = ServerSecurity.of(host, tls, auth)) {
      return security.toString();
    }
  }

  private static String refused(String host, TlsConfig tls, AuthConfig auth) {
    return assertThrows(IllegalArgumentException.class, () -> of(host, tls, auth)).getMessage();
  }

  @Test
  void loopbackNeedsNothing() {
    for (String host : new String[] {"127.0.0.1", "127.1.2.3", "localhost", "::1"}) {
      assertEquals("no TLS, clients need nothing", of(host, NO_TLS, NO_AUTH));
    }
  }

  @Test
  void otherAddressesNeedBothOrWords() {
    for (String host : new String[] {ALL, "::", "10.0.0.1", "example.org", ""}) {
      assertEquals(
          ("cohort.host is %1$s, which other machines can reach, and there is no TLS; set"
                  + " cohort.tls.certificate and cohort.tls.key to PEM files, or"
                  + " cohort.tls.mode=plaintext to send everything in the clear; cohort.host is"
                  + " %1$s, which other machines can reach, and clients are not authenticated; set"
                  + " cohort.auth.tokens to a file of tokens (./cohort token makes them),"
                  + " cohort.tls.client-ca to the PEM file of the authority that signs clients'"
                  + " certificates, or cohort.auth.mode=none to let anybody call")
              .formatted(host),
          refused(host, NO_TLS, NO_AUTH));
    }
    TlsConfig plain = Configs.tls("plaintext", null, null, null);
    TlsConfig tls = Configs.tls(null, certificate, key, null);
    TlsConfig mutual = Configs.tls(null, certificate, key, ca);
    AuthConfig none = Configs.auth("none", null);
    AuthConfig token = Configs.auth(null, tokens);
    assertEquals("no TLS, clients need nothing", of(ALL, plain, none));
    assertEquals("no TLS, clients need a token", of(ALL, plain, token));
    assertEquals("TLS, clients need a token", of(ALL, tls, token));
    assertEquals("TLS, clients need nothing", of(ALL, tls, none));
    assertEquals("TLS, clients need a certificate", of(ALL, mutual, NO_AUTH));
    assertEquals("TLS, clients need a certificate and a token", of(ALL, mutual, token));
    assertTrue(refused(ALL, plain, NO_AUTH).contains("cohort.auth.mode=none"));
    assertTrue(refused(ALL, NO_TLS, token).contains("cohort.tls.mode=plaintext"));
    assertThrows(IllegalArgumentException.class, () -> ServerSecurity.local(ALL));
  }

  @Test
  void seatsKnowClientsByCertificateOnly() {
    TlsConfig tls = Configs.tls(null, certificate, key, null);
    assertEquals(
        "cohort.host is 0.0.0.0, which other machines can reach, and clients are not"
            + " authenticated; set cohort.tls.client-ca to the PEM file of the authority that signs"
            + " clients' certificates, or cohort.auth.mode=none to let anybody call",
        assertThrows(
                IllegalArgumentException.class,
                () -> ServerSecurity.ofCertificates(ALL, tls, Optional.empty()))
            .getMessage());
    ServerSecurity.ofCertificates(ALL, tls, Optional.of("none")).close();
    ServerSecurity.ofCertificates(ALL, Configs.tls(null, certificate, key, ca), Optional.empty())
        .close();
  }

  @Test
  void refusesWhatContradictsItself() {
    assertEquals(
        "cohort.tls.mode is 'off'; allowed is plaintext, or leave it out",
        refused("localhost", Configs.tls("off", null, null, null), NO_AUTH));
    assertEquals(
        "cohort.auth.mode is 'None'; allowed is none, or leave it out",
        refused("localhost", NO_TLS, Configs.auth("None", null)));
    assertEquals(
        "cohort.tls.mode is plaintext, but files for TLS are named too",
        refused("localhost", Configs.tls("plaintext", certificate, key, null), NO_AUTH));
    assertEquals(
        "cohort.auth.mode is none, but cohort.auth.tokens is set too",
        refused("localhost", NO_TLS, Configs.auth("none", tokens)));
    assertEquals(
        "cohort.tls.certificate and cohort.tls.key belong together; one is missing",
        refused("localhost", Configs.tls(null, certificate, null, null), NO_AUTH));
    assertEquals(
        "cohort.tls.client-ca needs cohort.tls.certificate and cohort.tls.key",
        refused("localhost", Configs.tls(null, null, null, ca), NO_AUTH));
  }

  @Test
  void namesTheFileThatIsWrong() throws Exception {
    Path gone = folder.resolve("gone");
    assertEquals(
        "cohort.tls.key: " + gone + " does not exist",
        refused("localhost", Configs.tls(null, certificate, gone, null), NO_AUTH));
    assertEquals(
        "cohort.tls.client-ca: " + folder + " is not a file",
        refused("localhost", Configs.tls(null, certificate, key, folder), NO_AUTH));
    assertEquals(
        "cohort.tls.key: "
            + certificate
            + " holds no unencrypted PKCS#8 key (BEGIN PRIVATE KEY); openssl pkcs8 -topk8 -nocrypt"
            + " makes one of other keys",
        refused("localhost", Configs.tls(null, certificate, certificate, null), NO_AUTH));
    authority.issue("other").write(folder.resolve("other.pem"), key);
    assertEquals(
        "cohort.tls.key: " + key + " is not the key of the certificate in " + certificate,
        refused("localhost", Configs.tls(null, certificate, key, null), NO_AUTH));
    authority.issueExpired("server").write(certificate, key);
    String expired = refused("localhost", Configs.tls(null, certificate, key, null), NO_AUTH);
    assertTrue(
        expired.startsWith("cohort.tls.certificate: " + certificate + " expired at "), expired);
    Path large = Files.write(folder.resolve("large"), new byte[ConfiguredFile.MAX_BYTES + 1]);
    assertEquals(
        "cohort.auth.tokens: " + large + " has more than 1048576 bytes",
        refused("localhost", NO_TLS, Configs.auth(null, large)));
    assertTrue(
        refused("localhost", NO_TLS, Configs.auth(null, gone)).endsWith("gone does not exist"));
  }

  @Test
  void clientsSayWhenOtherMachinesGetPlaintext() {
    ClientTlsConfig unset = Configs.client(null, null, null, null);
    List<String> here = List.of("localhost", "127.0.0.1");
    List<String> there = List.of("localhost", "seat-1");
    assertEquals(Optional.empty(), ClientTls.of("cohort.seats-tls.", unset, here));
    assertEquals(
        "seat-1 is another machine and cohort.seats-tls.ca is not set; set it to the PEM file of"
            + " the authority that signed the certificate there, or"
            + " cohort.seats-tls.mode=plaintext to send everything in the clear",
        clientRefused(unset, there));
    ClientTlsConfig plain = Configs.client("plaintext", null, null, null);
    assertEquals(Optional.empty(), ClientTls.of("cohort.seats-tls.", plain, there));
    assertEquals(
        "cohort.seats-tls.certificate needs cohort.seats-tls.ca",
        clientRefused(Configs.client(null, null, certificate, key), here));
    assertEquals(
        "cohort.seats-tls.certificate and cohort.seats-tls.key belong together; one is missing",
        clientRefused(Configs.client(null, ca, certificate, null), here));
    assertEquals(
        "cohort.seats-tls.mode is plaintext, but files for TLS are named too",
        clientRefused(Configs.client("plaintext", ca, null, null), here));
    ClientTls.of("cohort.seats-tls.", Configs.client(null, ca, certificate, key), there)
        .orElseThrow()
        .close();
  }

  private static String clientRefused(ClientTlsConfig config, List<String> hosts) {
    return assertThrows(
            IllegalArgumentException.class, () -> ClientTls.of("cohort.seats-tls.", config, hosts))
        .getMessage();
  }
}
