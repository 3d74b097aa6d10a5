package dev.cohort.benchmarks.stage;

import dev.cohort.cli.serve.ChildMain;
import dev.cohort.cli.serve.Service;
import dev.cohort.cli.serve.ServiceCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Processes that run a class of this module, as the services are run. Stateless. */
public final class OwnProcess {
  private static final List<String> HEAP = List.of("-Xmx384m");

  private OwnProcess() {}

  /**
   * A process that runs a class's main method; ends with this process.
   *
   * @param folder receives a file with this process's class path
   */
  public static Service of(Path folder, String name, Class<?> main, Object... arguments)
      throws IOException {
    // In a file: with a command line of tens of thousands of characters ONNX Runtime ends in a
    // segmentation fault when it starts.
    Path options = folder.resolve(name + ".options");
    Files.writeString(options, "-cp\n\"" + classPath() + "\"\n");
    List<String> command = ServiceCommands.jvm(HEAP);
    command.addAll(List.of("@" + options, ChildMain.class.getName(), main.getName()));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    return new Service(name, command);
  }

  /** As such a file wants it between quotation marks. */
  private static String classPath() {
    return System.getProperty("java.class.path").replace("\\", "\\\\");
  }
}
