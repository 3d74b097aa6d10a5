package dev.cohort.cli;

import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.Optional;

/**
 * The gRPC port of a running server. Immutable.
 *
 * @param address {@code HOST:PORT}
 * @param credentials TLS or plaintext
 * @param token the client's bearer token, if it has one
 */
public record Target(String address, ChannelCredentials credentials, Optional<String> token) {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** A server that is reached in plaintext and wants no token. */
  public Target(String address) {
    this(address, InsecureChannelCredentials.create(), Optional.empty());
  }

  /**
   * The target that the option {@code --target} names.
   *
   * @throws CommandException when it is no host and port
   */
  public static Target parse(String address) {
    if (!address.matches(".+:\\d{1,5}")) {
      throw CommandException.input("--target is %s; allowed is HOST:PORT".formatted(address));
    }
    return new Target(address);
  }

  /** What makes channels to it. */
  public ManagedChannelBuilder<?> channelBuilder() {
    ManagedChannelBuilder<?> builder = Grpc.newChannelBuilder("dns:///" + address, credentials);
    token.ifPresent(
        value -> {
          Metadata headers = new Metadata();
          headers.put(AUTHORIZATION, "Bearer " + value);
          builder.intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
        });
    return builder;
  }

  /** The address only: a token is nobody's to see. */
  @Override
  public String toString() {
    return address;
  }
}
