package dev.cohort.aggregator.oip;

import dev.cohort.aggregator.RefusedException;
import dev.cohort.protocol.inference.DataType;
import java.util.Arrays;

/** The tensor datatypes of the protocol that a model here takes or gives. */
public enum Datatype {
  BYTES(DataType.TYPE_STRING, 0),
  INT32(DataType.TYPE_INT32, Integer.BYTES),
  INT64(DataType.TYPE_INT64, Long.BYTES),
  FP32(DataType.TYPE_FP32, Float.BYTES);

  private final DataType configType;
  private final int width;

  Datatype(DataType configType, int width) {
    this.configType = configType;
    this.width = width;
  }

  /** The name of this type in a model configuration. */
  public DataType configType() {
    return configType;
  }

  /** Bytes of one element in raw form; 0 where elements carry their own length. */
  public int width() {
    return width;
  }

  /** The type of a tensor as it is named on the wire; refuses others and names the tensor. */
  public static Datatype named(String tensor, String name) {
    for (Datatype type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw RefusedException.invalid(
        "tensor '%s': datatype '%s' is not one of %s"
            .formatted(tensor, name, Arrays.toString(values())));
  }
}
