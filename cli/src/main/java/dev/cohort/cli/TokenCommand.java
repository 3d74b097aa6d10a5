package dev.cohort.cli;

import dev.cohort.security.NewToken;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cohort token}: makes a token for a client. Nothing is stored. */
@Command(
    name = "token",
    description = {
      "Makes a token for a client and shows it once, with the line for the server's file of tokens.",
      "The line holds the token's SHA-256 only."
    },
    sortOptions = false)
public final class TokenCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(
      paramLabel = "NAME",
      description = "Of the client: 1 to 64 of A-Z a-z 0-9 . _ -; each name is in the file once.")
  private String name;

  @Option(names = "--help", usageHelp = true, description = "Tells these options.")
  private boolean help;

  /** A command that writes there. */
  public TokenCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    NewToken made = made();
    console.out().println("token  " + made.token());
    console.out().println("line   " + made.line());
    return 0;
  }

  private NewToken made() {
    try {
      return NewToken.of(name);
    } catch (IllegalArgumentException e) {
      throw CommandException.input(e.getMessage(), e);
    }
  }
}
