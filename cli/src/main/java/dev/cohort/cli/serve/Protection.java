package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Target;
import dev.cohort.cli.TargetOptions;
import dev.cohort.security.AuthConfig;
import dev.cohort.security.AuthValues;
import dev.cohort.security.ServerSecurity;
import dev.cohort.security.TlsConfig;
import dev.cohort.security.TlsValues;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of {@code cohort serve} for TLS and tokens; the aggregator's settings say the rest. */
final class Protection {
  /** The aggregator's keys and our options, in the order in which they are to be replaced. */
  private static final Map<String, String> OPTIONS = new LinkedHashMap<>();

  static {
    OPTIONS.put("cohort.tls.mode=plaintext", "--plaintext");
    OPTIONS.put("cohort.tls.mode is plaintext", "--plaintext is given");
    OPTIONS.put("cohort.tls.certificate", "--tls-certificate");
    OPTIONS.put("cohort.tls.key", "--tls-key");
    OPTIONS.put("cohort.tls.client-ca", "--tls-client-ca");
    OPTIONS.put("cohort.auth.tokens", "--tokens");
    OPTIONS.put("cohort.auth.mode=none", "--no-authentication");
    OPTIONS.put("cohort.auth.mode is none", "--no-authentication is given");
    OPTIONS.put("cohort.host", "--host");
  }

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "PEM file of the server's certificate; the gRPC and HTTP ports then have TLS.")
  private Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM file of its key, PKCS#8.")
  private Path key;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description = "PEM file; clients need a certificate that this authority signed.")
  private Path clientCa;

  @Option(
      names = "--plaintext",
      description = "No TLS, although --host can be reached by other machines.")
  private boolean plaintext;

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description = "Lines of ./cohort token; clients need one of these tokens.")
  private Path tokens;

  @Option(
      names = "--no-authentication",
      description = "Anybody may call, although --host can be reached by other machines.")
  private boolean anybody;

  /**
   * Checks the options and reads their files, as the aggregator will.
   *
   * @throws CommandException naming the option that is wrong or missing
   */
  void require(String host) {
    try {
      ServerSecurity.of(host, tls(), auth()).close();
    } catch (IllegalArgumentException e) {
      throw CommandException.input(inOptions(e.getMessage()), e);
    }
  }

  /** Whether the gRPC and HTTP ports have TLS. */
  boolean hasTls() {
    return certificate != null;
  }

  /** The aggregator's settings. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    put(settings, "cohort.tls.mode", tls().mode());
    put(settings, "cohort.tls.certificate", tls().certificate().map(Path::toAbsolutePath));
    put(settings, "cohort.tls.key", tls().key().map(Path::toAbsolutePath));
    put(settings, "cohort.tls.client-ca", tls().clientCa().map(Path::toAbsolutePath));
    put(settings, "cohort.auth.mode", auth().mode());
    put(settings, "cohort.auth.tokens", auth().tokens().map(Path::toAbsolutePath));
    return settings;
  }

  /**
   * The aggregator's gRPC port, for this process itself: it trusts the certificate that it was
   * given, shows it where one is asked for, and takes its token from the environment.
   *
   * @throws CommandException when the files cannot be read
   */
  Target target(Endpoints endpoints) {
    String host = endpoints.reachableHost();
    String address = (host.contains(":") ? "[" + host + "]" : host) + ":" + endpoints.grpcPort();
    return new Target(address, credentials(), TargetOptions.token());
  }

  private ChannelCredentials credentials() {
    if (!hasTls()) {
      return InsecureChannelCredentials.create();
    }
    try {
      TlsChannelCredentials.Builder tls =
          TlsChannelCredentials.newBuilder().trustManager(new OwnCertificate(certificate));
      if (clientCa != null) {
        tls.keyManager(certificate.toFile(), key.toFile());
      }
      return tls.build();
    } catch (IOException e) {
      throw CommandException.input("a file for TLS cannot be read: " + e.getMessage(), e);
    }
  }

  private static void put(Map<String, String> settings, String name, Optional<?> value) {
    value.ifPresent(set -> settings.put(name, set.toString()));
  }

  private static String inOptions(String message) {
    String text = message;
    for (Map.Entry<String, String> entry : OPTIONS.entrySet()) {
      text = text.replace(entry.getKey(), entry.getValue());
    }
    return text;
  }

  private TlsConfig tls() {
    return new TlsValues(
        plaintext ? Optional.of("plaintext") : Optional.empty(),
        Optional.ofNullable(certificate),
        Optional.ofNullable(key),
        Optional.ofNullable(clientCa));
  }

  private AuthConfig auth() {
    return new AuthValues(
        anybody ? Optional.of("none") : Optional.empty(), Optional.ofNullable(tokens));
  }
}
