package dev.cohort.student;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Makes SIGTERM and SIGINT an orderly end with exit status 0; a second signal ends at once.
 *
 * <p>Not left to shutdown hooks, for two reasons. ONNX Runtime frees itself in a hook of its own,
 * and hooks run side by side: batches still running would crash the process. And a JVM that was
 * ended by a signal reports 143, which Kubernetes and people read as a failure.
 *
 * <p>{@code sun.misc.Signal} has no public successor, and javac warns of each direct use in a way
 * that cannot be switched off; hence reflection.
 */
final class TerminationSignals {
  private static final int KILLED = 137;

  private final Runnable action;
  private final AtomicBoolean ending = new AtomicBoolean();

  private TerminationSignals(Runnable action) {
    this.action = action;
  }

  /**
   * From now on a signal runs the action and then exits.
   *
   * @throws IllegalStateException on a JVM without signal handlers
   */
  static void run(Runnable action) {
    TerminationSignals signals = new TerminationSignals(action);
    List.of("TERM", "INT").forEach(signals::handle);
  }

  private void handle(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object named = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, named, handler(handler));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM has no signal handlers", e);
    }
  }

  private Object handler(Class<?> handler) {
    return Proxy.newProxyInstance(
        handler.getClassLoader(),
        new Class<?>[] {handler},
        (self, method, arguments) ->
            switch (method.getName()) {
              case "equals" -> self == arguments[0];
              case "hashCode" -> System.identityHashCode(self);
              case "toString" -> "orderly end";
              default -> end();
            });
  }

  private Object end() {
    if (ending.compareAndSet(false, true)) {
      try {
        action.run();
      } finally {
        System.exit(0);
      }
    }
    Runtime.getRuntime().halt(KILLED);
    return null;
  }
}
