package dev.cohort.aggregator;

import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.protocol.student.v1.DescribeRequest;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real seat, built by its own module, as a process. */
public final class RealSeat implements AutoCloseable {
  private static final Path JAR =
      Path.of("..", "student-service", "target", "quarkus-app", "quarkus-run.jar").toAbsolutePath();

  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final SeatAddress address;

  private RealSeat(Process process, SeatAddress address) {
    this.process = process;
    this.address = address;
  }

  /** Starts a seat, with more settings of the form {@code key=value}; it is not ready yet. */
  public static RealSeat start(Path packageFolder, int home, String... more) {
    int port = freePort();
    List<String> settings = new ArrayList<>(List.of(more));
    settings.add("cohort.package=" + packageFolder);
    settings.add("cohort.home-student=" + home);
    settings.add("cohort.port=" + port);
    settings.add("cohort.metrics-port=" + freePort());
    Process process =
        launch(JAR, Path.of("target", "seat-" + port + ".log"), settings.toArray(String[]::new));
    return new RealSeat(process, new SeatAddress("127.0.0.1", port));
  }

  /** Returns when the seat is ready and has loaded all students that it will hold. */
  public void awaitLoaded() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(address.host(), address.port()).usePlaintext().build();
    try {
      Await.until("seat " + address + " holds its students", () -> isLoaded(channel));
    } finally {
      channel.shutdownNow();
    }
  }

  private static boolean isLoaded(ManagedChannel channel) {
    DescribeResponse described =
        StudentServiceGrpc.newBlockingStub(channel)
            .withWaitForReady()
            .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
            .describe(DescribeRequest.getDefaultInstance());
    return described.getReady() && !described.getLoading();
  }

  /** Starts a Quarkus application with these settings, its output in a file. */
  static Process launch(Path jar, Path log, String... settings) {
    if (!Files.isRegularFile(jar)) {
      throw new AssertionError(jar + " is missing; build its module first");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Xmx256m");
    command.add("-Dai.djl.offline=true");
    List.of(settings).forEach(setting -> command.add("-D" + setting));
    command.add("-jar");
    command.add(jar.toString());
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A port that nobody listens on now. */
  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public SeatAddress address() {
    return address;
  }

  /** SIGSTOP: its ports stay open, but nothing answers. */
  public void suspend() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int code = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
      if (code != 0) {
        throw new AssertionError("kill -%s ended with %d".formatted(name, code));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** kill -9. */
  public void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
