package dev.cohort.security;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * TLS of a gRPC client: 1.2 and 1.3 only; the server's certificate must be signed by the given
 * authority, be valid and name the host that was asked for. New handshakes use what the files say
 * now. Thread-safe.
 */
public final class ClientTls implements AutoCloseable {
  private final FileReloader reloader = new FileReloader();
  private final SslContext context;

  private ClientTls(String prefix, Path ca, Optional<Path> certificate, Optional<Path> key) {
    TlsFiles files = new TlsFiles(reloader, Clock.systemUTC());
    SslContextBuilder builder = SslContextBuilder.forClient();
    try {
      builder.trustManager(files.authorities(new ConfiguredFile(prefix + "ca", ca)));
      certificate.ifPresent(
          own ->
              builder.keyManager(
                  files.identity(
                      new ConfiguredFile(prefix + "certificate", own),
                      new ConfiguredFile(prefix + "key", key.orElseThrow()))));
    } catch (IllegalArgumentException e) {
      reloader.close();
      throw e;
    }
    this.context = Contexts.grpc(builder);
  }

  /**
   * What the settings ask for: TLS or, when they say so or every host is of this machine, none.
   *
   * @param prefix of the keys, with the last dot
   * @throws IllegalArgumentException naming the keys that are wrong and what is allowed
   */
  public static Optional<ClientTls> of(String prefix, ClientTlsConfig config, List<String> hosts) {
    List<String> faults = new ArrayList<>();
    boolean files =
        config.ca().isPresent() || config.certificate().isPresent() || config.key().isPresent();
    if (Mode.isOff(prefix + "mode", config.mode(), Mode.PLAINTEXT, faults) && files) {
      faults.add("%smode is plaintext, but files for TLS are named too".formatted(prefix));
    }
    if (config.certificate().isPresent() != config.key().isPresent()) {
      faults.add("%1$scertificate and %1$skey belong together; one is missing".formatted(prefix));
    }
    if (config.certificate().isPresent() && config.ca().isEmpty()) {
      faults.add("%1$scertificate needs %1$sca".formatted(prefix));
    }
    if (config.mode().isEmpty() && !files) {
      hosts.stream()
          .filter(host -> !Loopback.is(host))
          .findFirst()
          .ifPresent(host -> faults.add(unsaid(prefix, host)));
    }
    Mode.throwIfAny(faults);
    return config.ca().map(ca -> new ClientTls(prefix, ca, config.certificate(), config.key()));
  }

  /** For gRPC channels. */
  public SslContext grpc() {
    return context;
  }

  @Override
  public void close() {
    reloader.close();
  }

  private static String unsaid(String prefix, String host) {
    return ("%2$s is another machine and %1$sca is not set; set it to the PEM file of the authority"
            + " that signed the certificate there, or %1$smode=plaintext to send everything in the"
            + " clear")
        .formatted(prefix, host);
  }
}
