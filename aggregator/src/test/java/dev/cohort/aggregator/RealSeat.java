package dev.cohort.aggregator;

import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.protocol.student.v1.DescribeRequest;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The real seat, built by its own module, as a process. */
public final class RealSeat implements AutoCloseable {
  private static final Path JAR =
      Path.of("..", "student-service", "target", "quarkus-app", "quarkus-run.jar").toAbsolutePath();

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What a seat says as soon as its port is open. */
  private static final Pattern LISTENING = Pattern.compile("listening on ([0-9.]+):([0-9]+) ");

  private static final AtomicInteger STARTED = new AtomicInteger();

  private final Process process;
  private final Path log;

  // Guarded by this.
  private SeatAddress address;

  private RealSeat(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts a seat, with more settings of the form {@code key=value}; it is not ready yet. */
  public static RealSeat start(Path packageFolder, int home, String... more) {
    List<String> settings = new ArrayList<>(List.of(more));
    settings.add("cohort.package=" + packageFolder);
    settings.add("cohort.home-student=" + home);
    settings.add("cohort.port=0");
    settings.add("cohort.metrics-port=0");
    String name = "seat-%d-%d.log".formatted(ProcessHandle.current().pid(), STARTED.addAndGet(1));
    Path log = Path.of("target", name);
    return new RealSeat(launch(JAR, log, settings.toArray(String[]::new)), log);
  }

  /** Returns when the seat is ready and has loaded all students that it will hold. */
  public void awaitLoaded() {
    SeatAddress at = address();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(at.host(), at.port()).usePlaintext().build();
    try {
      Await.until("seat " + at + " holds its students", () -> isLoaded(channel));
    } finally {
      channel.shutdownNow();
    }
  }

  private static boolean isLoaded(ManagedChannel channel) {
    DescribeResponse described =
        StudentServiceGrpc.newBlockingStub(channel)
            .withWaitForReady()
            .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
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

  /**
   * A port that nobody listens on now, out of those that systems do not give to outgoing
   * connections by themselves: else one of those could take it before its server does.
   */
  static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 30_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // Taken: try another.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Where it listens; waits until it does. A seat that ends before is told with what it said. */
  public synchronized SeatAddress address() {
    if (address == null) {
      Await.until("the seat of " + log + " listens", PATIENCE, () -> listens().isPresent());
      address = listens().orElseThrow();
    }
    return address;
  }

  private Optional<SeatAddress> listens() {
    try {
      boolean alive = process.isAlive();
      String said = Files.readString(log);
      Matcher found = LISTENING.matcher(said);
      if (found.find()) {
        return Optional.of(new SeatAddress(found.group(1), Integer.parseInt(found.group(2))));
      }
      if (!alive) {
        throw new AssertionError("the seat ended with %d: %s".formatted(process.exitValue(), said));
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
