package dev.cohort.packages;

/** Arithmetic of a student's linear layers. Every package has graphs for the first. */
public enum Precision {
  /** 32-bit floating point. */
  FP32("fp32"),
  /** 8-bit integers, with scales of the activations that are found while a batch runs. */
  INT8("int8");

  private final String text;

  Precision(String text) {
    this.text = text;
  }

  /** The name that people and other programs see. */
  @Override
  public String toString() {
    return text;
  }
}
