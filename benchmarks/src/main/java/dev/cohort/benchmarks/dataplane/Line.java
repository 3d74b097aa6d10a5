package dev.cohort.benchmarks.dataplane;

/** The straight line with the least squares through points. Not thread-safe. */
final class Line {
  private int count;
  private double sumX;
  private double sumY;
  private double sumXx;
  private double sumXy;

  void add(double x, double y) {
    count++;
    sumX += x;
    sumY += y;
    sumXx += x * x;
    sumXy += x * y;
  }

  /** NaN with points of fewer than two places. */
  double slope() {
    return (count * sumXy - sumX * sumY) / (count * sumXx - sumX * sumX);
  }

  double at(double x) {
    return (sumY - slope() * sumX) / count + slope() * x;
  }
}
