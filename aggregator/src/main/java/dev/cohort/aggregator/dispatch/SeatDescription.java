package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.Limits;
import java.util.BitSet;

/**
 * What a seat said about itself, checked against the package it serves. Immutable, apart from the
 * set of students, which the seat's owner may shrink.
 */
record SeatDescription(
    ServedModel model,
    BitSet students,
    int home,
    Limits limits,
    int lanes,
    boolean ready,
    boolean loading) {
  /** More than any machine has; guards predictions against nonsense. */
  private static final int MAX_LANES = 4096;

  /** Whether every student of the package is loaded. */
  boolean isComplete() {
    return students.cardinality() == model.studentsTotal();
  }

  /**
   * Reads a seat's answer.
   *
   * @throws SeatFaultException when it fits no package of this process
   */
  static SeatDescription of(DescribeResponse response, ModelCatalog models)
      throws SeatFaultException {
    ServedModel model =
        models
            .withDigest(response.getPackageDigest())
            .orElseThrow(
                () ->
                    new SeatFaultException(
                        "serves package '%s' with digest %s, which is not served here"
                            .formatted(response.getPackageName(), response.getPackageDigest())));
    require("output_dimension", response.getOutputDimension(), model.outputDimension());
    require("students_total", response.getStudentsTotal(), model.studentsTotal());
    Limits limits = response.getLimits();
    if (limits.getMaxRows() < 1 || limits.getMaxTokens() < 1 || limits.getMaxRowTokens() < 1) {
      throw new SeatFaultException("limits have a number below 1");
    }
    BitSet students = new BitSet();
    for (int student : response.getStudentsList()) {
      if (student < 0 || student >= model.studentsTotal()) {
        throw new SeatFaultException(
            "holds student %d of %d".formatted(student, model.studentsTotal()));
      }
      students.set(student);
    }
    return new SeatDescription(
        model,
        students,
        response.getHomeStudent(),
        limits,
        Math.clamp(response.getLanes(), 1, MAX_LANES),
        response.getReady(),
        response.getLoading());
  }

  private static void require(String field, int given, int needed) throws SeatFaultException {
    if (given != needed) {
      throw new SeatFaultException("%s is %d; the package has %d".formatted(field, given, needed));
    }
  }
}
