package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Home;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which processes serve which packages. Immutable.
 *
 * @param models in the order given
 * @param services in starting order: all seats, then the aggregator
 */
record ServePlan(
    Endpoints endpoints, Protection protection, List<Model> models, List<Service> services) {
  /**
   * One package and the seats that serve it; seat i has home student i modulo M.
   *
   * @param seatPorts gRPC port of each seat
   */
  record Model(Package source, List<Integer> seatPorts) {
    Manifest manifest() {
      return source.manifest();
    }
  }

  /**
   * Plans the processes.
   *
   * @throws PackageException when a package is refused
   * @throws CommandException when two packages share a name, or one cannot run in the precision
   */
  static ServePlan of(
      Home home, List<Path> folders, SeatOptions seats, Endpoints endpoints, Protection protection)
      throws PackageException {
    List<Model> models = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Path folder : folders) {
      Package source = Package.open(folder);
      if (!names.add(source.manifest().name())) {
        throw CommandException.input(
            "two packages are named %s; each needs a name of its own"
                .formatted(source.manifest().name()));
      }
      seats.require(source.manifest());
      models.add(new Model(source, Ports.free(seats.count(source.manifest()))));
    }
    return new ServePlan(
        endpoints,
        protection,
        List.copyOf(models),
        services(home, models, seats, endpoints, protection));
  }

  /** What is about to start, for people. */
  String summary() {
    int seats = models.stream().mapToInt(model -> model.seatPorts().size()).sum();
    return "%d %s and an aggregator".formatted(seats, seats == 1 ? "seat" : "seats");
  }

  /** The line that tells people and scripts that clients may come. */
  String readyLine() {
    String names =
        models.stream()
            .map(
                model ->
                    "%s (%d students, %d seats)"
                        .formatted(
                            model.manifest().name(),
                            model.manifest().studentsTotal(),
                            model.seatPorts().size()))
            .collect(Collectors.joining(", "));
    return "ready: %s; gRPC %s:%d, HTTP %s://%s:%d, metrics http://%s:%d/metrics"
        .formatted(
            names,
            endpoints.host(),
            endpoints.grpcPort(),
            protection.hasTls() ? "https" : "http",
            endpoints.reachableHost(),
            endpoints.httpPort(),
            endpoints.reachableHost(),
            endpoints.metricsPort());
  }

  private static List<Service> services(
      Home home,
      List<Model> models,
      SeatOptions seats,
      Endpoints endpoints,
      Protection protection) {
    ServiceCommands commands = new ServiceCommands(home);
    List<Service> services = new ArrayList<>();
    for (Model model : models) {
      for (int seat = 0; seat < model.seatPorts().size(); seat++) {
        services.add(commands.seat(model, seat, seats));
      }
    }
    services.add(commands.aggregator(models, endpoints, protection));
    return List.copyOf(services);
  }
}
