package dev.cohort.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.cli.CommandException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

final class PortsIT {
  @Test
  void findsDifferentFreePorts() {
    assertEquals(8, new HashSet<>(Ports.free(8)).size());
  }

  @Test
  void namesThePortThatIsInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      CommandException refused =
          assertThrows(
              CommandException.class, () -> Ports.requireFree("127.0.0.1", port, "--grpc-port"));
      assertTrue(refused.getMessage().startsWith("port " + port), refused.getMessage());
      assertEquals(CommandException.FAILURE, refused.exitCode());
    }
  }

  @Test
  void refusesTheSamePortTwice() {
    CommandException refused =
        assertThrows(CommandException.class, () -> new Endpoints("127.0.0.1", 1, 2, 1));
    assertEquals(CommandException.INPUT, refused.exitCode());
  }
}
