package dev.cohort.student;

import java.lang.reflect.Proxy;

/**
 * Makes SIGTERM an orderly end. Without a handler the JVM runs its shutdown hooks too, but reports
 * exit status 143, which Kubernetes and people read as a failure.
 *
 * <p>{@code sun.misc.Signal} has no public successor, and javac warns of each direct use in a way
 * that cannot be switched off; hence reflection.
 */
final class TerminationSignal {
  private TerminationSignal() {}

  /**
   * From now on SIGTERM runs the shutdown hooks and ends the process with this status.
   *
   * @throws IllegalStateException on a JVM without signal handlers
   */
  static void exitWith(int status) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object term = signal.getConstructor(String.class).newInstance("TERM");
      signal.getMethod("handle", signal, handler).invoke(null, term, exit(handler, status));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM has no signal handlers", e);
    }
  }

  private static Object exit(Class<?> handler, int status) {
    return Proxy.newProxyInstance(
        handler.getClassLoader(),
        new Class<?>[] {handler},
        (self, method, arguments) -> {
          switch (method.getName()) {
            case "equals" -> {
              return self == arguments[0];
            }
            case "hashCode" -> {
              return System.identityHashCode(self);
            }
            case "toString" -> {
              return "exit with status " + status;
            }
            default -> {
              System.exit(status);
              return null;
            }
          }
        });
  }
}
