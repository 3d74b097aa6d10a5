package dev.cohort.cli;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * Options of commands that call a server: TLS and the client's own certificate. A token comes from
 * the environment, where other users of the machine do not see it.
 */
public final class TargetOptions {
  private static final String TOKEN = "COHORT_TOKEN";

  @Option(
      names = "--tls",
      description = "The server has TLS, with a certificate of a public authority.")
  private boolean tls;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "The server has TLS; PEM file of the authority that signed its certificate.")
  private Path ca;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "PEM file of a client certificate, for servers that ask for one.")
  private Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM file of its key, PKCS#8.")
  private Path key;

  /**
   * The server at an address.
   *
   * @throws CommandException when the address or a file is wrong
   */
  public Target target(String address) {
    return new Target(Target.parse(address).address(), credentials(), token());
  }

  /**
   * The client's token, if the environment has one.
   *
   * @throws CommandException when it cannot be a token
   */
  public static Optional<String> token() {
    Optional<String> token =
        Optional.ofNullable(System.getenv(TOKEN)).map(String::strip).filter(t -> !t.isEmpty());
    if (token.filter(t -> !t.matches("[\\x21-\\x7e]+")).isPresent()) {
      throw CommandException.input(TOKEN + " holds characters that no token has");
    }
    return token;
  }

  private ChannelCredentials credentials() {
    if ((certificate == null) != (key == null)) {
      throw CommandException.input("--tls-certificate and --tls-key belong together");
    }
    if (!tls && ca == null) {
      if (certificate != null) {
        throw CommandException.input("--tls-certificate needs --tls-ca or --tls");
      }
      return InsecureChannelCredentials.create();
    }
    try {
      TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
      if (ca != null) {
        credentials.trustManager(ca.toFile());
      }
      if (certificate != null) {
        credentials.keyManager(certificate.toFile(), key.toFile());
      }
      return credentials.build();
    } catch (IOException e) {
      throw CommandException.input("a file for TLS cannot be read: " + e.getMessage(), e);
    }
  }
}
