package dev.cohort.benchmarks.stage;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Home;
import dev.cohort.cli.Target;
import dev.cohort.cli.serve.Endpoints;
import dev.cohort.cli.serve.Fleet;
import dev.cohort.cli.serve.MetricsPage;
import dev.cohort.cli.serve.Ports;
import dev.cohort.cli.serve.ReadyProbe;
import dev.cohort.cli.serve.Service;
import dev.cohort.cli.serve.ServiceCommands;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An aggregator and its seats, each a process of its own with the JVM options of production, on
 * free ports of the loopback interface. Ready when {@link #start} returns; all processes end with
 * {@link #close}, or with this one. Not for concurrent use, but for {@link #close}.
 */
public final class Stage implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final Duration SEAT_LIMIT = Duration.ofMinutes(1);

  private final Manifest manifest;
  private final Endpoints endpoints;
  private final List<Integer> seatPorts;
  private final List<Service> seats;
  private final Service aggregator;
  private final Crew crew;
  private final Fleet fleet;
  private final ReadyProbe probe;

  private Stage(Home home, StagePlan plan) throws PackageException, IOException {
    this.manifest = Package.open(plan.packageFolder()).manifest();
    List<Integer> ports = Ports.free(2 * plan.seats() + 3);
    this.endpoints = new Endpoints(HOST, ports.get(0), ports.get(1), ports.get(2));
    this.seatPorts = ports.subList(3, 3 + plan.seats());
    List<Integer> seatMetrics = ports.subList(3 + plan.seats(), ports.size());
    ServiceCommands commands = new ServiceCommands(home);
    this.seats = new ArrayList<>();
    for (int seat = 0; seat < plan.seats(); seat++) {
      seats.add(commands.seat("seat-" + seat, seatSettings(plan, seat, seatMetrics.get(seat))));
    }
    this.aggregator = commands.aggregator(aggregatorSettings(plan));
    this.crew = new Crew();
    this.fleet = crew.fleet();
    this.probe = new ReadyProbe(endpoints, false);
  }

  /**
   * Starts the processes and returns when the aggregator says that it can answer, and all seats are
   * connected.
   *
   * @throws CommandException when a process ends or is not ready in time; its log is kept
   */
  public static Stage start(Home home, StagePlan plan)
      throws PackageException, IOException, InterruptedException {
    Stage stage = new Stage(home, plan);
    try {
      stage.seats.forEach(stage.fleet::start);
      stage.fleet.start(stage.aggregator);
      stage.fleet.awaitReady(() -> stage.probe.ready() && stage.connected() == plan.seats());
      return stage;
    } catch (CommandException | InterruptedException e) {
      stage.crew.end();
      stage.probe.close();
      throw e;
    }
  }

  /** What is served. */
  public Manifest manifest() {
    return manifest;
  }

  /** Name of the model that is served. */
  public String model() {
    return manifest.name();
  }

  /** The aggregator's gRPC port. */
  public Target target() {
    return new Target(HOST + ":" + endpoints.grpcPort());
  }

  /** The aggregator's HTTP port, {@code host:port}. */
  public String httpAddress() {
    return HOST + ":" + endpoints.httpPort();
  }

  /** The seats' gRPC ports, {@code host:port}. */
  public List<String> seatAddresses() {
    return seatPorts.stream().map(port -> HOST + ":" + port).toList();
  }

  /** The aggregator's metrics, now; an empty page when they cannot be had. */
  public MetricsPage metrics() {
    return probe.metrics();
  }

  /** Seats that the aggregator is connected to, now. */
  public int connected() {
    return (int) Math.round(metrics().sum("cohort_seats_connected", any -> true));
  }

  /** The aggregator's process. */
  public ProcessHandle aggregator() {
    return fleet.process(aggregator);
  }

  /** A seat's process, as of its last start. */
  public ProcessHandle seat(int seat) {
    return fleet.process(seats.get(seat));
  }

  /** Ends a seat's process at once, as {@code kill -9} does. */
  public void kill(int seat) {
    seat(seat).destroyForcibly();
  }

  /** Stops a seat's process where it stands, as {@code kill -STOP} does. */
  public void pause(int seat) throws IOException, InterruptedException {
    crew.pause(seat(seat));
  }

  /** Lets a seat's process go on. */
  public void resume(int seat) throws IOException, InterruptedException {
    crew.resume(seat(seat));
  }

  /** Starts a seat again whose process has ended or is ending; returns at once. */
  public void restart(int seat) throws InterruptedException {
    ProcessHandle last = seat(seat);
    Poll.until(
        "the process of seat %d has ended".formatted(seat), SEAT_LIMIT, () -> !last.isAlive());
    fleet.start(seats.get(seat));
  }

  /** Returns when the aggregator is connected to this many seats. */
  public void awaitConnected(int count) throws InterruptedException {
    Poll.until(count + " seats are connected", SEAT_LIMIT, () -> connected() == count);
  }

  /** Ends all processes, the aggregator first, and deletes their logs. */
  @Override
  public void close() {
    crew.close();
    probe.close();
  }

  private Map<String, String> seatSettings(StagePlan plan, int seat, int metricsPort) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("cohort.package", plan.packageFolder().toAbsolutePath().toString());
    settings.put("cohort.home-student", Integer.toString(seat % manifest.studentsTotal()));
    settings.put("cohort.host", HOST);
    settings.put("cohort.port", Integer.toString(seatPorts.get(seat)));
    settings.put("cohort.metrics-port", Integer.toString(metricsPort));
    settings.putAll(plan.seatSettings());
    return settings;
  }

  private Map<String, String> aggregatorSettings(StagePlan plan) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("cohort.packages", plan.packageFolder().toAbsolutePath().toString());
    settings.put("cohort.seats", seatAddresses().stream().collect(Collectors.joining(",")));
    settings.put("cohort.host", HOST);
    settings.put("cohort.grpc-port", Integer.toString(endpoints.grpcPort()));
    settings.put("cohort.http-port", Integer.toString(endpoints.httpPort()));
    settings.put("cohort.metrics-port", Integer.toString(endpoints.metricsPort()));
    settings.putAll(plan.aggregatorSettings());
    return settings;
  }
}
