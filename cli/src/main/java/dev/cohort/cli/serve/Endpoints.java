package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import java.util.Set;

/**
 * Where an aggregator listens.
 *
 * @param host name or address, as the user gave it
 */
public record Endpoints(String host, int grpcPort, int httpPort, int metricsPort) {
  /**
   * Checks that the ports are different ones in 1..65535.
   *
   * @throws CommandException naming the value and what is allowed
   */
  public Endpoints {
    requirePort("--grpc-port", grpcPort);
    requirePort("--http-port", httpPort);
    requirePort("--metrics-port", metricsPort);
    if (Set.copyOf(java.util.List.of(grpcPort, httpPort, metricsPort)).size() < 3) {
      throw CommandException.input(
          "--grpc-port %d, --http-port %d and --metrics-port %d must be three different ports"
              .formatted(grpcPort, httpPort, metricsPort));
    }
  }

  /**
   * Checks that all three ports can be listened on now.
   *
   * @throws CommandException naming the port that cannot
   */
  void requireFree() {
    Ports.requireFree(host, grpcPort, "--grpc-port");
    Ports.requireFree(host, httpPort, "--http-port");
    Ports.requireFree(host, metricsPort, "--metrics-port");
  }

  /** An address under which this machine itself reaches them. */
  String reachableHost() {
    return Ports.address(host).isAnyLocalAddress() ? "127.0.0.1" : host;
  }

  private static void requirePort(String option, int port) {
    if (port < 1 || port > 65_535) {
      throw CommandException.input("%s is %d; allowed are 1 to 65535".formatted(option, port));
    }
  }
}
