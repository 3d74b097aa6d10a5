package dev.cohort.cli;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannelBuilder;

/**
 * The gRPC port of a running server. Immutable.
 *
 * @param address {@code HOST:PORT}
 */
public record Target(String address) {
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
    return Grpc.newChannelBuilder("dns:///" + address, InsecureChannelCredentials.create());
  }

  @Override
  public String toString() {
    return address;
  }
}
