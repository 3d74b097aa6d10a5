package dev.cohort.cli;

import dev.cohort.cli.inspect.InspectCommand;
import dev.cohort.cli.predict.PredictCommand;
import dev.cohort.cli.replay.ReplayCommand;
import dev.cohort.cli.serve.ServeCommand;
import dev.cohort.packages.InputException;
import dev.cohort.packages.PackageException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/**
 * Entry point of the command line. Every error is one sentence on standard error; the exit code is
 * 2 for wrong input and 1 for any other failure. The system property {@code cohort.home} names the
 * folder that holds the built services and the demo.
 */
@Command(
    name = "cohort",
    description = "Serves BERT-like text models as ensembles of shallow students.",
    synopsisSubcommandLabel = "COMMAND")
public final class Cohort {
  private Cohort() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(Home.ofProcess(), Console.system(), arguments));
  }

  /** Runs one command and returns its exit code. */
  static int run(Home home, Console console, String... arguments) {
    CommandLine commandLine = new CommandLine(new Cohort());
    commandLine.addSubcommand(new ServeCommand(home, console));
    commandLine.addSubcommand(new PredictCommand(home, console));
    commandLine.addSubcommand(new InspectCommand(console));
    commandLine.addSubcommand(new ReplayCommand(home, console));
    commandLine.addSubcommand(new TokenCommand(console));
    commandLine.setParameterExceptionHandler((error, given) -> usageError(console, error));
    commandLine.setExecutionExceptionHandler((error, at, given) -> report(console, error));
    return commandLine.execute(arguments);
  }

  private static int usageError(Console console, ParameterException error) {
    console
        .err()
        .printf(
            "cohort: %s (see ./cohort %s --help)%n",
            error.getMessage(), error.getCommandLine().getCommandName());
    return CommandException.INPUT;
  }

  private static int report(Console console, Exception error) {
    console.err().println("cohort: " + sentence(error));
    return switch (error) {
      case CommandException command -> command.exitCode();
      case PackageException _, InputException _ -> CommandException.INPUT;
      default -> CommandException.FAILURE;
    };
  }

  private static String sentence(Exception error) {
    return switch (error) {
      case CommandException _, PackageException _, InputException _ -> error.getMessage();
      default -> "unexpected " + error + "; this is a bug";
    };
  }
}
