package dev.cohort.packages;

import java.util.List;

/** Sizes of tensors. */
final class Shapes {
  private Shapes() {}

  /** Bytes of a tensor, or -1 when a dimension is negative or the product exceeds a long. */
  static long bytes(List<Long> shape, int elementBytes) {
    long product = elementBytes;
    for (long size : shape) {
      if (size < 0) {
        return -1;
      }
      long high = Math.multiplyHigh(product, size);
      product *= size;
      if (high != 0 || product < 0) {
        return -1;
      }
    }
    return product;
  }
}
