package dev.cohort.aggregator;

import com.google.protobuf.ByteString;
import dev.cohort.aggregator.oip.Datatype;
import dev.cohort.aggregator.oip.TensorCodec;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import java.util.Arrays;
import java.util.List;

/** Requests as clients make them. */
public final class Requests {
  private Requests() {}

  /** A BYTES tensor of texts, typed. */
  public static InferInputTensor texts(String name, List<Long> shape, String... texts) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    Arrays.stream(texts).map(ByteString::copyFromUtf8).forEach(contents::addBytesContents);
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype("BYTES")
        .addAllShape(shape)
        .setContents(contents)
        .build();
  }

  /** An INT64 tensor, typed. */
  public static InferInputTensor longs(String name, List<Long> shape, long... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    Arrays.stream(values).forEach(contents::addInt64Contents);
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype("INT64")
        .addAllShape(shape)
        .setContents(contents)
        .build();
  }

  /** A request of typed tensors. */
  public static ModelInferRequest typed(String model, InferInputTensor... inputs) {
    return ModelInferRequest.newBuilder().setModelName(model).addAllInputs(List.of(inputs)).build();
  }

  /** The same request in raw form. */
  public static ModelInferRequest raw(ModelInferRequest typed) {
    ModelInferRequest.Builder raw = typed.toBuilder().clearInputs();
    for (InferInputTensor input : typed.getInputsList()) {
      Datatype type = Datatype.valueOf(input.getDatatype());
      raw.addRawInputContents(TensorCodec.raw(type, input.getContents()));
      raw.addInputs(input.toBuilder().clearContents());
    }
    return raw.build();
  }

  /** The refusal that an action ends with. */
  public static RefusedException refusal(Runnable action) {
    try {
      action.run();
    } catch (RefusedException e) {
      return e;
    }
    throw new AssertionError("nothing was refused");
  }
}
