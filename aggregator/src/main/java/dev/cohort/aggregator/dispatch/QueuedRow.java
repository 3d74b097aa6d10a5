package dev.cohort.aggregator.dispatch;

import dev.cohort.packages.TokenRow;

/**
 * One row of a job, on its own in the queue.
 *
 * @param index its place in the job
 */
record QueuedRow(Job job, int index, TokenRow tokens) {
  int length() {
    return tokens.length();
  }

  // One job's rows are told apart by their place; the tokens need no comparison.
  @Override
  public boolean equals(Object other) {
    return other instanceof QueuedRow row && row.job == job && row.index == index;
  }

  @Override
  public int hashCode() {
    return 31 * System.identityHashCode(job) + index;
  }
}
