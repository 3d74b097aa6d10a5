package dev.cohort.security;

import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a server is protected. On a loopback address both may be left out; on any other one TLS and
 * the authentication of clients (by token, by certificate, or both) are off only when the settings
 * say so. Close it when the server is closed. Thread-safe.
 */
public final class ServerSecurity implements AutoCloseable {
  private static final String CERTIFICATE = "cohort.tls.certificate";
  private static final String KEY = "cohort.tls.key";

  private final FileReloader reloader = new FileReloader();
  private final Optional<ServerTls> tls;
  private final Optional<BearerTokens> tokens;

  private ServerSecurity(TlsConfig config, Optional<Path> tokenFile) {
    TlsFiles files = new TlsFiles(reloader, Clock.systemUTC());
    try {
      this.tls = config.certificate().map(own -> tls(files, own, config));
      this.tokens = tokenFile.map(this::tokens);
    } catch (IllegalArgumentException e) {
      reloader.close();
      throw e;
    }
  }

  /**
   * A server that takes tokens.
   *
   * @param host address to listen on
   * @throws IllegalArgumentException naming the keys that are wrong and what is allowed
   */
  public static ServerSecurity of(String host, TlsConfig tls, AuthConfig auth) {
    List<String> faults = faults(host, tls);
    if (Mode.isOff("cohort.auth.mode", auth.mode(), Mode.NONE, faults)) {
      if (auth.tokens().isPresent()) {
        faults.add("cohort.auth.mode is none, but cohort.auth.tokens is set too");
      }
    } else if (!Loopback.is(host) && auth.tokens().isEmpty() && tls.clientCa().isEmpty()) {
      faults.add(
          open(host, "cohort.auth.tokens to a file of tokens (./cohort token makes them), "));
    }
    Mode.throwIfAny(faults);
    return new ServerSecurity(tls, auth.tokens());
  }

  /**
   * A server that knows its clients by certificate only.
   *
   * @param authMode the value of {@code cohort.auth.mode}
   * @throws IllegalArgumentException naming the keys that are wrong and what is allowed
   */
  public static ServerSecurity ofCertificates(
      String host, TlsConfig tls, Optional<String> authMode) {
    List<String> faults = faults(host, tls);
    boolean anybody = Mode.isOff("cohort.auth.mode", authMode, Mode.NONE, faults);
    if (!anybody && !Loopback.is(host) && tls.clientCa().isEmpty()) {
      faults.add(open(host, ""));
    }
    Mode.throwIfAny(faults);
    return new ServerSecurity(tls, Optional.empty());
  }

  /**
   * Neither TLS nor authentication.
   *
   * @throws IllegalArgumentException when the host is not a loopback address
   */
  public static ServerSecurity local(String host) {
    if (!Loopback.is(host)) {
      throw new IllegalArgumentException(
          "%s can be reached by other machines; only loopback needs no protection".formatted(host));
    }
    return new ServerSecurity(new NoTls(), Optional.empty());
  }

  /** TLS, if it is on. */
  public Optional<ServerTls> tls() {
    return tls;
  }

  /** Tokens, if clients need one. */
  public Optional<BearerTokens> tokens() {
    return tokens;
  }

  /** For the log: what is on. */
  @Override
  public String toString() {
    boolean certificates = tls.map(ServerTls::wantsClientCertificates).orElse(false);
    List<String> needs = new ArrayList<>();
    if (certificates) {
      needs.add("a certificate");
    }
    if (tokens.isPresent()) {
      needs.add("a token");
    }
    return "%s, clients need %s"
        .formatted(
            tls.isPresent() ? "TLS" : "no TLS",
            needs.isEmpty() ? "nothing" : String.join(" and ", needs));
  }

  @Override
  public void close() {
    reloader.close();
  }

  private static List<String> faults(String host, TlsConfig tls) {
    List<String> faults = new ArrayList<>();
    boolean files =
        tls.certificate().isPresent() || tls.key().isPresent() || tls.clientCa().isPresent();
    boolean off = Mode.isOff("cohort.tls.mode", tls.mode(), Mode.PLAINTEXT, faults);
    if (off && files) {
      faults.add("cohort.tls.mode is plaintext, but files for TLS are named too");
    }
    if (tls.certificate().isPresent() != tls.key().isPresent()) {
      faults.add("%s and %s belong together; one is missing".formatted(CERTIFICATE, KEY));
    }
    if (tls.clientCa().isPresent() && tls.certificate().isEmpty()) {
      faults.add("cohort.tls.client-ca needs %s and %s".formatted(CERTIFICATE, KEY));
    }
    if (!off && !files && !Loopback.is(host)) {
      faults.add(
          ("cohort.host is %s, which other machines can reach, and there is no TLS; set %s and %s to"
                  + " PEM files, or cohort.tls.mode=plaintext to send everything in the clear")
              .formatted(host, CERTIFICATE, KEY));
    }
    return faults;
  }

  private static String open(String host, String tokens) {
    return ("cohort.host is %s, which other machines can reach, and clients are not authenticated;"
            + " set %scohort.tls.client-ca to the PEM file of the authority that signs clients'"
            + " certificates, or cohort.auth.mode=none to let anybody call")
        .formatted(host, tokens);
  }

  private static ServerTls tls(TlsFiles files, Path certificate, TlsConfig config) {
    return new ServerTls(
        files.identity(
            new ConfiguredFile(CERTIFICATE, certificate),
            new ConfiguredFile(KEY, config.key().orElseThrow())),
        config
            .clientCa()
            .map(ca -> files.authorities(new ConfiguredFile("cohort.tls.client-ca", ca))));
  }

  private BearerTokens tokens(Path path) {
    ConfiguredFile file = new ConfiguredFile("cohort.auth.tokens", path);
    BearerTokens loaded = new BearerTokens();
    reloader.watch(List.of(file), contents -> loaded.replace(file, contents.getFirst()));
    return loaded;
  }

  private record NoTls() implements TlsConfig {
    @Override
    public Optional<String> mode() {
      return Optional.empty();
    }

    @Override
    public Optional<Path> certificate() {
      return Optional.empty();
    }

    @Override
    public Optional<Path> key() {
      return Optional.empty();
    }

    @Override
    public Optional<Path> clientCa() {
      return Optional.empty();
    }
  }
}
