package dev.cohort.operator.check;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code check definition NAMESPACE SECONDS} and {@code check operator NAMESPACE SECONDS NAME}: the
 * operator's program as the pods of {@code helm test}.
 */
public final class CheckCommand {
  /** The first argument. */
  public static final String NAME = "check";

  private static final Logger LOG = LoggerFactory.getLogger(CheckCommand.class);

  private CheckCommand() {}

  /**
   * Runs one check.
   *
   * @param arguments all of them, the first is {@link #NAME}
   * @return exit code: 0 when all is well, 1 when something is wrong, 2 for wrong arguments
   */
  public static int run(KubernetesClient client, List<String> arguments) {
    Optional<String> fault;
    try {
      fault = ask(client, arguments);
    } catch (IllegalArgumentException e) {
      LOG.error("{}", e.getMessage());
      return 2;
    }
    fault.ifPresentOrElse(text -> LOG.error("{}", text), () -> LOG.info("all is well"));
    return fault.isPresent() ? 1 : 0;
  }

  private static Optional<String> ask(KubernetesClient client, List<String> arguments) {
    boolean ofOperator = arguments.size() == 5 && arguments.get(1).equals("operator");
    boolean ofDefinition = arguments.size() == 4 && arguments.get(1).equals("definition");
    if (!ofOperator && !ofDefinition) {
      throw usage(arguments);
    }
    InstallationCheck check =
        new InstallationCheck(client, arguments.get(2), seconds(arguments.get(3)));
    return ofOperator ? check.operator(arguments.get(4)) : check.definition();
  }

  private static Duration seconds(String text) {
    try {
      return Duration.ofSeconds(Integer.parseUnsignedInt(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "seconds are %s; allowed are whole numbers".formatted(text), e);
    }
  }

  private static IllegalArgumentException usage(List<String> arguments) {
    return new IllegalArgumentException(
        "arguments are %s; allowed are: check definition NAMESPACE SECONDS, check operator NAMESPACE SECONDS NAME"
            .formatted(String.join(" ", arguments)));
  }
}
