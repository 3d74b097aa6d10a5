package dev.cohort.aggregator.dispatch;

/** What routing needs to know of a seat that takes work now. */
interface RouteTarget {
  /** Whether the seat has this student loaded. */
  boolean holds(int student);

  /** The student that the seat loaded first. */
  int homeStudent();

  /** Batches that may be sent to the seat now. */
  int credits();

  /** Students that the seat still has to run, of all batches sent to it. */
  int load();
}
