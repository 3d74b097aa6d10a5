package dev.cohort.student.seat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The lowest priority for the calling thread, so that engine threads get the processor first. Java
 * thread priorities do nothing on Linux unless the JVM was started for them; {@code setpriority} of
 * the C library does. Threads that the thread starts later inherit it.
 */
final class BackgroundPriority {
  private static final int PRIO_PROCESS = 0;

  /** On Linux that is the calling thread, not the whole process. */
  private static final int CALLER = 0;

  private static final int LOWEST = 19;

  private BackgroundPriority() {}

  /** Returns whether it worked; elsewhere than on Linux it does not try. */
  @SuppressWarnings("restricted") // The call has no pointers.
  static boolean take() {
    Optional<MemorySegment> function =
        System.getProperty("os.name").equals("Linux")
            ? Linker.nativeLinker().defaultLookup().find("setpriority")
            : Optional.empty();
    if (function.isEmpty()) {
      return false;
    }
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    MethodHandle setPriority = Linker.nativeLinker().downcallHandle(function.get(), signature);
    try {
      return (int) setPriority.invokeExact(PRIO_PROCESS, CALLER, LOWEST) == 0;
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority cannot be called; this is a bug", e);
    }
  }
}
