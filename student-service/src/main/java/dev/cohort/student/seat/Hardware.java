package dev.cohort.student.seat;

import dev.cohort.student.engine.Device;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Names of the processor and of GPUs, as far as the system tells them. */
final class Hardware {
  private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
  private static final Path GPUS = Path.of("/proc/driver/nvidia/gpus");

  /** Lines that name a processor: x86, and ARM, whose parts are numbers. */
  private static final Set<String> PROCESSOR_LINES =
      Set.of("model name", "CPU implementer", "CPU part");

  private Hardware() {}

  /** What an engine on this device runs on; the architecture alone where more is not told. */
  static String of(Device device) {
    String processor = System.getProperty("os.arch") + models(PROCESSOR, PROCESSOR_LINES);
    return device == Device.CPU ? processor : processor + gpus();
  }

  private static String gpus() {
    try (DirectoryStream<Path> gpus = Files.newDirectoryStream(GPUS)) {
      Set<String> models = new TreeSet<>();
      gpus.forEach(gpu -> models.add(models(gpu.resolve("information"), Set.of("Model"))));
      return String.join("", models);
    } catch (IOException e) {
      return "";
    }
  }

  /** The values of these lines of a file of {@code name : value}, each once. */
  private static String models(Path file, Set<String> names) {
    try {
      List<String> lines = Files.readAllLines(file);
      return lines.stream()
          .map(line -> line.split(":", 2))
          .filter(line -> line.length == 2 && names.contains(line[0].strip()))
          .map(line -> ", " + line[1].strip())
          .distinct()
          .sorted()
          .collect(Collectors.joining());
    } catch (IOException e) {
      return "";
    }
  }
}
