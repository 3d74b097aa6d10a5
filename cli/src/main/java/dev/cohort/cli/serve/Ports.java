package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Finds and checks TCP ports. Stateless. */
public final class Ports {
  private Ports() {}

  /**
   * Different ports that are free on the loopback interface now. Another process may take one
   * before it is used; whoever starts a service on it then sees that service fail.
   */
  public static List<Integer> free(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
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

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw CommandException.failure("a port could not be released: " + e.getMessage(), e);
    }
  }
}
