package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Finds and checks TCP ports. Stateless. */
public final class Ports {
  /**
   * Ports are taken from here to below the first that systems give to outgoing connections: one of
   * those may be gone before the service that shall listen on it has started.
   */
  private static final int FIRST = 10_240;

  private static final int OUTGOING = 32_768;
  private static final int MOST_TRIED = 1000;

  private Ports() {}

  /**
   * Different ports that are free on the loopback interface now. Another process may take one
   * before it is used; whoever starts a service on it then sees that service fail.
   */
  public static List<Integer> free(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int tried = 0; held.size() < count && tried < MOST_TRIED; tried++) {
        int port = ThreadLocalRandom.current().nextInt(FIRST, OUTGOING);
        hold(port).ifPresent(held::add);
      }
      while (held.size() < count) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } catch (IOException e) {
      throw CommandException.failure("no free port was found: " + e.getMessage(), e);
    } finally {
      held.forEach(Ports::close);
    }
  }

  /**
   * Checks that a service may listen there.
   *
   * @throws CommandException when the port is in use or the host is not one of this machine
   */
  static void requireFree(String host, int port, String option) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address(host), port));
    } catch (IOException e) {
      throw CommandException.failure(
          "port %d on %s cannot be used (%s); choose another one with %s"
              .formatted(port, host, e.getMessage(), option),
          e);
    }
  }

  /**
   * The address of a host name.
   *
   * @throws CommandException when there is none
   */
  static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw CommandException.input("--host is %s, which is not a known host".formatted(host), e);
    }
  }

  private static Optional<ServerSocket> hold(int port) {
    try {
      return Optional.of(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw CommandException.failure("a port could not be released: " + e.getMessage(), e);
    }
  }
}
