package dev.cohort.benchmarks.stage;

import dev.cohort.cli.serve.ChildMain;
import dev.cohort.cli.serve.Service;
import dev.cohort.cli.serve.ServiceCommands;
import java.util.List;

/**
 * Command lines of processes that run a class of this module, as the services are run. Stateless.
 */
public final class OwnProcess {
  private static final List<String> HEAP = List.of("-Xmx384m");

  private OwnProcess() {}

  /** A process that runs a class's main method; ends with this process. */
  public static Service of(String name, Class<?> main, Object... arguments) {
    List<String> command = ServiceCommands.jvm(HEAP);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(ChildMain.class.getName(), main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new Service(name, command);
  }
}
