package dev.cohort.student.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Keeps ONNX Runtime from reporting to its maker.
 *
 * <p>Its builds for Linux and macOS do so from 1.29 on, and write an identifier and a database into
 * the home folder; in an image without a shell that even ends the process. The only switch is a
 * variable of the environment, read once, when the runtime starts. Java cannot change its own
 * environment, the C library can. Where it has no such function, on Windows, nothing is done.
 */
final class RuntimeTelemetry {
  private static final String SWITCH = "ORT_DISABLE_TELEMETRY";

  private RuntimeTelemetry() {}

  /** Must be called before the runtime starts. What the environment itself says stays. */
  static void off() {
    if (System.getenv(SWITCH) == null) {
      setInProcess();
    }
  }

  @SuppressWarnings("restricted")
  private static void setInProcess() {
    Linker linker = Linker.nativeLinker();
    linker
        .defaultLookup()
        .find("setenv")
        .map(
            address ->
                linker.downcallHandle(
                    address,
                    FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_INT)))
        .ifPresent(RuntimeTelemetry::set);
  }

  private static void set(MethodHandle setenv) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(SWITCH);
      MemorySegment value = arena.allocateFrom("1");
      int status = (int) setenv.invokeExact(name, value, 0);
      if (status != 0) {
        throw new EngineException("ONNX Runtime's reports to its maker cannot be switched off");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("setenv threw, this is a bug", e);
    }
  }
}
