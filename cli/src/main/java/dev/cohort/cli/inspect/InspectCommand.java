package dev.cohort.cli.inspect;

import dev.cohort.cli.Console;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cohort inspect}: verifies a package and tells what is in it. */
@Command(
    name = "inspect",
    description = "Verifies a package and tells its members, sizes and the quality of each prefix.")
public final class InspectCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "PACKAGE", description = "Folder of the package.")
  private Path folder;

  @Option(names = "--help", usageHelp = true, description = "Tells these options.")
  private boolean help;

  /** Writes to the console's output. */
  public InspectCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws PackageException {
    Package opened = Package.open(folder);
    PackageReport.lines(opened).forEach(console.out()::println);
    return 0;
  }
}
