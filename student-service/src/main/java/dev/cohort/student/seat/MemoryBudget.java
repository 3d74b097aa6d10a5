package dev.cohort.student.seat;

import dev.cohort.packages.Manifest;
import dev.cohort.student.engine.Device;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/**
 * What a seat's students may take in memory. A student is counted with 8 bytes for each of its own
 * parameters: whatever the type in the files, the engine makes float32 matrices and packs them into
 * a second copy for its kernels, and the allocator keeps what the first one leaves; and with a
 * fixed share for the buffers of usual batches. The shared embedding tables are mapped and not
 * counted. What large batches need while they run comes on top, bounded by the limits of a batch.
 *
 * <p>Not thread-safe; used by one thread after the other.
 */
final class MemoryBudget {
  /** The JVM beside its heap, ONNX Runtime, and batches of the usual sizes. */
  private static final long RESERVE = 192L << 20;

  /** A float32 number, twice. */
  private static final long PARAMETER = 2 * Float.BYTES;

  private static final long BUFFERS = 4L << 20;

  private final long total;
  private long used;

  private MemoryBudget(long total) {
    this.total = total;
  }

  /**
   * The configured budget, or, where none is: on the CPU what the container's limit, or the
   * machine, leaves beside the heap, but the home student at least; on a GPU no limit.
   *
   * @throws IllegalArgumentException when the configured one has no room for the home student
   */
  static MemoryBudget of(Holdings holdings, Device device, Manifest manifest) {
    long home = bytes(manifest, holdings.home());
    OptionalLong configured = holdings.memoryBudget();
    if (configured.isPresent() && configured.getAsLong() < home) {
      throw new IllegalArgumentException(
          "cohort.memory-budget is %d bytes; student %d alone takes %d"
              .formatted(configured.getAsLong(), holdings.home(), home));
    }
    long otherwise = device == Device.CPU ? Math.max(home, leftByMachine()) : Long.MAX_VALUE;
    return new MemoryBudget(configured.orElse(otherwise));
  }

  /** Bytes that a student takes. */
  static long bytes(Manifest manifest, int student) {
    return BUFFERS + PARAMETER * manifest.students().get(student).parameters();
  }

  /** Counts a student that was loaded. */
  void take(long bytes) {
    used += bytes;
  }

  /** Bytes that are still free. */
  long left() {
    return total - used;
  }

  private static long leftByMachine() {
    // The JVM's own view: the container's limit where there is one.
    long memory =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean machine
            ? machine.getTotalMemorySize()
            : Long.MAX_VALUE;
    return memory - Runtime.getRuntime().maxMemory() - RESERVE;
  }
}
