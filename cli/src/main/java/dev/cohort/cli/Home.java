package dev.cohort.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder of Cohort itself: the built services and the demo package. Immutable.
 *
 * @param folder absolute path
 */
public record Home(Path folder) {
  /** System property with the folder's path; the entry script sets it. */
  public static final String PROPERTY = "cohort.home";

  /** The folder that the entry script named, or the working directory. */
  public static Home ofProcess() {
    return new Home(Path.of(System.getProperty(PROPERTY, "")).toAbsolutePath());
  }

  /** The demo package. */
  public Path demoPackage() {
    return folder.resolve("demo/clinc150");
  }

  /** Texts for the demo package, with labels. */
  public Path demoTexts() {
    return folder.resolve("demo/data/clinc150/test.tsv");
  }

  /** This command's own jar. */
  public Path commandJar() {
    return built("cli/target/cohort-cli.jar");
  }

  /** What starts a seat. */
  public Path seatJar() {
    return built("student-service/target/quarkus-app/quarkus-run.jar");
  }

  /** What starts an aggregator. */
  public Path aggregatorJar() {
    return built("aggregator/target/quarkus-app/quarkus-run.jar");
  }

  private Path built(String name) {
    Path jar = folder.resolve(name);
    if (!Files.isRegularFile(jar)) {
      throw CommandException.failure(jar + " is missing; ./cohort build makes it");
    }
    return jar;
  }
}
