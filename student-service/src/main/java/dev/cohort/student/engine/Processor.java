package dev.cohort.student.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;

/** What this machine's processor can do, as the system tells it. */
public final class Processor {
  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  /** Lines that list abilities: on x86, and on ARM. */
  private static final Set<String> ABILITIES = Set.of("flags", "Features");

  /** Instructions that add up products of 8-bit integers in 32 bits. */
  private static final Set<String> INT8 = Set.of("avx512_vnni", "avx_vnni", "amx_int8", "asimddp");

  private static final Pattern SPACE = Pattern.compile("\\s+");

  private Processor() {}

  /**
   * Whether products of 8-bit integers are faster than those of floating-point numbers; false where
   * the system does not tell.
   */
  public static boolean multipliesInt8() {
    try {
      return multipliesInt8(Files.readString(CPUINFO));
    } catch (IOException e) {
      return false;
    }
  }

  /** The same for the text of a {@code cpuinfo} file: every core must be able to. */
  static boolean multipliesInt8(String cpuinfo) {
    var cores =
        cpuinfo
            .lines()
            .map(line -> line.split(":", 2))
            .filter(line -> line.length == 2 && ABILITIES.contains(line[0].strip()))
            .map(line -> SPACE.split(line[1].strip()))
            .toList();
    return !cores.isEmpty()
        && cores.stream().allMatch(core -> Arrays.stream(core).anyMatch(INT8::contains));
  }
}
