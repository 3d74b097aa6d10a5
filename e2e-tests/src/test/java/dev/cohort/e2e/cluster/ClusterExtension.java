package dev.cohort.e2e.cluster;

import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Gives a {@link Cluster} to methods of tests that ask for one, each its own, and takes away what
 * they have created; gives the one {@link Installation} to all that ask for it; disables the class
 * where there is no cluster. When a test fails, what the cluster says of it is in {@code
 * target/cluster/}.
 */
public final class ClusterExtension
    implements ExecutionCondition, ParameterResolver, TestExecutionExceptionHandler {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(ClusterExtension.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return Cluster.obstacle()
        .map(ConditionEvaluationResult::disabled)
        .orElseGet(() -> ConditionEvaluationResult.enabled("there is a cluster"));
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Cluster.class || type == Installation.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    if (parameter.getParameter().getType() == Installation.class) {
      return context
          .getRoot()
          .getStore(STORE)
          .computeIfAbsent(Installation.class, key -> new Installation(), Installation.class);
    }
    return context
        .getStore(STORE)
        .computeIfAbsent(context.getUniqueId(), id -> new Cluster(), Cluster.class);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    String testClass = context.getRequiredTestClass().getSimpleName();
    Optional.ofNullable(
            context.getRoot().getStore(STORE).get(Installation.class, Installation.class))
        .ifPresent(
            installation ->
                FailureReport.write(
                    installation.cluster(), testClass, context.getDisplayName() + " operators"));
    for (var from = Optional.of(context); from.isPresent(); from = from.get().getParent()) {
      cluster(from.get())
          .ifPresent(cluster -> FailureReport.write(cluster, testClass, context.getDisplayName()));
    }
    throw failure;
  }

  /** That of the test, or of its class. */
  private static Optional<Cluster> cluster(ExtensionContext context) {
    return Optional.ofNullable(context.getStore(STORE).get(context.getUniqueId(), Cluster.class));
  }
}
