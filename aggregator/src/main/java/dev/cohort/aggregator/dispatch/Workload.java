package dev.cohort.aggregator.dispatch;

/**
 * What is to be done for one model, and by how many.
 *
 * @param outstandingMicros engine time of what the seats have not answered yet
 * @param queuedMicros engine time of one student for what waits
 * @param lanes engine threads; 0: nothing can be predicted
 */
record Workload(double outstandingMicros, double queuedMicros, int lanes) {
  /** Predicted time until all of it is answered by so many students; not a number without lanes. */
  double drainMicros(int students) {
    return lanes == 0 ? Double.NaN : (outstandingMicros + students * queuedMicros) / lanes;
  }

  /** Whether nothing is to be done, or there is nobody to do it. */
  boolean isIdle() {
    return lanes == 0 || outstandingMicros + queuedMicros == 0;
  }
}
