package dev.cohort.aggregator.oip;

import java.util.List;
import java.util.OptionalLong;

/**
 * A request, read and checked. Immutable.
 *
 * @param rows what is asked about
 * @param outputs tensors to send, in this order
 * @param raw whether the request was in raw form; the answer takes the same form
 * @param timeoutNanos time that the client gives from arrival
 * @param minStudents fewest students that the client accepts, 1 to all
 * @param priority level, 1 (most urgent) to {@link dev.cohort.policy.PriorityPolicy#LEVELS}
 */
public record InferCall(
    String id,
    Rows rows,
    List<Output> outputs,
    boolean raw,
    OptionalLong timeoutNanos,
    int minStudents,
    int priority) {
  /** Copies the list. */
  public InferCall {
    outputs = List.copyOf(outputs);
  }
}
