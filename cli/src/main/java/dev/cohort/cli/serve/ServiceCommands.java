package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

/** The command lines of seats and aggregators: JVM, its options and the services' settings. */
public final class ServiceCommands {
  /**
   * Weights and tensors are native memory; the heap holds messages only. It starts small, since its
   * old part is collected when it is full: at the JVM's own choice, 1/64 of the machine's memory,
   * resident memory grows for hours before that. Touched at once, what it has is resident from the
   * start.
   */
  private static final List<String> SEAT_HEAP =
      List.of("-Xms48m", "-Xmn32m", "-Xmx256m", "-XX:+AlwaysPreTouch");

  private static final List<String> AGGREGATOR_HEAP =
      List.of("-Xms112m", "-Xmn96m", "-Xmx384m", "-XX:+AlwaysPreTouch");
  private static final String QUARKUS_MAIN = "io.quarkus.bootstrap.runner.QuarkusEntryPoint";
  private static final String LOOPBACK = "127.0.0.1";

  /** Health and metrics of a seat are not shown here; they take any free port. */
  private static final String ANY_PORT = "0";

  private final Home home;

  /**
   * @param home where the built services are
   */
  public ServiceCommands(Home home) {
    this.home = home;
  }

  /** A seat of a model. */
  Service seat(ServePlan.Model model, int seat, SeatOptions options) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("cohort.package", model.source().directory().toString());
    settings.put("cohort.home-student", number(seat % model.manifest().studentsTotal()));
    settings.put("cohort.host", LOOPBACK);
    settings.put("cohort.port", number(model.seatPorts().get(seat)));
    settings.put("cohort.metrics-port", ANY_PORT);
    settings.put("cohort.regime", options.dedicated() ? "dedicated" : "shared");
    settings.put("cohort.precision", PrecisionConverter.name(options.precision()));
    return seat("%s-seat-%d".formatted(model.manifest().name(), seat), settings);
  }

  /**
   * A seat.
   *
   * @param settings by their keys, {@code cohort.package} and so on
   */
  public Service seat(String name, Map<String, String> settings) {
    return new Service(name, command(home.seatJar(), SEAT_HEAP, settings));
  }

  /** The aggregator of all models. */
  Service aggregator(List<ServePlan.Model> models, Endpoints endpoints, Protection protection) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("cohort.packages", folders(models));
    settings.put("cohort.seats", seats(models));
    settings.put("cohort.host", endpoints.host());
    settings.put("cohort.grpc-port", number(endpoints.grpcPort()));
    settings.put("cohort.http-port", number(endpoints.httpPort()));
    settings.put("cohort.metrics-port", number(endpoints.metricsPort()));
    settings.putAll(protection.settings());
    return aggregator(settings);
  }

  /**
   * An aggregator.
   *
   * @param settings by their keys, {@code cohort.packages} and so on
   */
  public Service aggregator(Map<String, String> settings) {
    return new Service("aggregator", command(home.aggregatorJar(), AGGREGATOR_HEAP, settings));
  }

  /**
   * The JVM of this process and the options that every service has.
   *
   * @param heap the options that say how much
   */
  public static List<String> jvm(List<String> heap) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(heap);
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dai.djl.offline=true"));
    return command;
  }

  /** A list setting; commas inside an element are escaped. */
  private static String folders(List<ServePlan.Model> models) {
    return models.stream()
        .map(model -> model.source().directory().toString().replace(",", "\\,"))
        .collect(Collectors.joining(","));
  }

  private static String seats(List<ServePlan.Model> models) {
    return models.stream()
        .flatMap(model -> model.seatPorts().stream())
        .map(port -> LOOPBACK + ":" + port)
        .collect(Collectors.joining(","));
  }

  private static String number(int value) {
    return Integer.toString(value);
  }

  private List<String> command(Path jar, List<String> heap, Map<String, String> settings) {
    List<String> command = jvm(heap);
    openedPackages(jar).forEach(opened -> command.add("--add-opens=" + opened + "=ALL-UNNAMED"));
    settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.addAll(List.of("-cp", home.commandJar() + java.io.File.pathSeparator + jar));
    command.addAll(List.of(ChildMain.class.getName(), QUARKUS_MAIN));
    return command;
  }

  /** Packages that a jar's manifest opens; the JVM itself reads that with {@code -jar} only. */
  private static List<String> openedPackages(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      String opened = file.getManifest().getMainAttributes().getValue("Add-Opens");
      return opened == null ? List.of() : List.of(opened.strip().split("\\s+"));
    } catch (IOException e) {
      throw CommandException.failure(jar + " cannot be read: " + e.getMessage(), e);
    }
  }
}
