package dev.cohort.e2e.cluster;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;

/**
 * The project's own test cluster, of which tests may also stop and kill programs and processes.
 * This JVM runs in its network. Each call is a run of its script and ends within {@link
 * Commands#DEADLINE}.
 */
public final class OwnCluster {
  private static final String SCRIPT = System.getenv("COHORT_CLUSTER_SCRIPT");

  OwnCluster() {}

  /** Whether KUBECONFIG names it. */
  public static boolean isUp() {
    return SCRIPT != null;
  }

  /** Imports an image archive. */
  public void load(Path archive) {
    script("load", archive.toAbsolutePath().toString());
  }

  /**
   * Sends a signal to the first process of a container, past the kubelet.
   *
   * @param signal such as SIGKILL
   */
  public void signal(String signal, Pod pod, String container) {
    enter("ctr", "--namespace", "k8s.io", "task", "kill", "--signal", signal, task(pod, container));
  }

  /**
   * What the kernel counts of the first process of a container, in KiB.
   *
   * @param field such as VmRSS, or VmHWM for the most of that there ever was
   */
  public long memoryKib(Pod pod, String container, String field) {
    String task = task(pod, container);
    String process =
        enter("ctr", "--namespace", "k8s.io", "task", "ls")
            .lines()
            .filter(line -> line.startsWith(task))
            .map(line -> line.split("\\s+")[1])
            .findFirst()
            .orElseThrow();
    return enter("cat", "/proc/" + process + "/status")
        .lines()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static String task(Pod pod, String container) {
    String id =
        pod.getStatus().getContainerStatuses().stream()
            .filter(status -> status.getName().equals(container))
            .map(ContainerStatus::getContainerID)
            .findFirst()
            .orElseThrow();
    return id.substring(id.lastIndexOf('/') + 1);
  }

  /**
   * Sends a signal to a program of the cluster.
   *
   * @param program such as kube-apiserver
   */
  public void signal(String signal, String program) {
    script("signal", signal, program);
  }

  /** Ends a program of the cluster and starts it again; does not wait until it serves. */
  public void restart(String program) {
    script("restart", program);
  }

  /** Runs a command in all namespaces of the cluster; its standard output. */
  public String enter(String... command) {
    String[] arguments = new String[command.length + 1];
    arguments[0] = "enter";
    System.arraycopy(command, 0, arguments, 1, command.length);
    return script(arguments);
  }

  /** The folder with the log of each program and the API server's audit log. */
  public static Path log() {
    return Path.of(System.getenv("COHORT_CLUSTER_LOG"));
  }

  /** One JSON document a line for each finished request that is not the cluster's own. */
  public static Path auditLog() {
    return log().resolve("audit.log");
  }

  private static String script(String... arguments) {
    String[] command = new String[arguments.length + 1];
    command[0] = SCRIPT;
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return Commands.run(command);
  }
}
