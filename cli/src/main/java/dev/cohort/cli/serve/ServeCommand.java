package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Console;
import dev.cohort.cli.Home;
import dev.cohort.cli.Target;
import dev.cohort.packages.PackageException;
import dev.cohort.policy.PrecisionPolicy.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cohort serve}: runs until it is interrupted. */
@Command(
    name = "serve",
    description = "Serves packages on this machine until interrupted.",
    sortOptions = false)
public final class ServeCommand implements Callable<Integer> {
  private final Home home;
  private final Console console;

  @Parameters(paramLabel = "PACKAGE", description = "Package folders; default: demo/clinc150.")
  private List<Path> folders = List.of();

  @Option(
      names = "--seats",
      paramLabel = "N",
      description = "Seats for each package; default: one for each student or core, the fewer.")
  private Integer seats;

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "fp32",
      converter = PrecisionConverter.class,
      description =
          "Arithmetic of the seats: fp32, int8, or auto for int8 where it is fast and loses"
              + " little; default: ${DEFAULT-VALUE}.")
  private Wanted precision;

  @Option(
      names = "--dedicated",
      description =
          "Each seat holds one student only, its home student; default: all, as far as memory"
              + " allows.")
  private boolean dedicated;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description = "Address to listen on; default: ${DEFAULT-VALUE}.")
  private String host;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      defaultValue = "8001",
      description = "Default: ${DEFAULT-VALUE}.")
  private int grpcPort;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8000",
      description = "Default: ${DEFAULT-VALUE}.")
  private int httpPort;

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      defaultValue = "8002",
      description = "Default: ${DEFAULT-VALUE}.")
  private int metricsPort;

  @Option(names = "--quiet", description = "Shows nothing once it is ready but what goes wrong.")
  private boolean quiet;

  @Mixin private Protection protection;

  @Option(names = "--help", usageHelp = true, description = "Tells these options.")
  private boolean help;

  /**
   * @param home where the built services are
   */
  public ServeCommand(Home home, Console console) {
    this.home = home;
    this.console = console;
  }

  @Override
  public Integer call() throws PackageException, InterruptedException {
    Endpoints endpoints = new Endpoints(host, grpcPort, httpPort, metricsPort);
    protection.require(host);
    endpoints.requireFree();
    List<Path> chosen = folders.isEmpty() ? List.of(home.demoPackage()) : folders;
    ServePlan plan =
        ServePlan.of(
            home, chosen, new SeatOptions(seats, precision, dedicated), endpoints, protection);
    Target server = protection.target(endpoints);
    Path logs = logFolder();
    try (Fleet fleet = new Fleet(logs);
        ReadyProbe probe = new ReadyProbe(endpoints, protection.hasTls())) {
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(fleet::close));
      console.err().printf("starting %s; logs: %s%n", plan.summary(), logs);
      plan.services().forEach(fleet::start);
      new Watch(fleet, probe, console, view())
          .run(plan.readyLine(), quiet ? Optional.empty() : Optional.of(server));
    }
    return 0;
  }

  // See no-color.org.
  private LiveView view() {
    String noColour = System.getenv("NO_COLOR");
    return new LiveView(console.terminal() && (noColour == null || noColour.isEmpty()));
  }

  private static Path logFolder() {
    try {
      return Files.createTempDirectory("cohort-serve-");
    } catch (IOException e) {
      throw CommandException.failure("no folder for logs can be made: " + e.getMessage(), e);
    }
  }
}
