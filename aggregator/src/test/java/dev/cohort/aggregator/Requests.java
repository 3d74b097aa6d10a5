package dev.cohort.aggregator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

  /** The same request as the body of an HTTP call, with the data in JSON. */
  public static String json(ModelInferRequest typed) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode inputs = body.putArray("inputs");
    for (InferInputTensor input : typed.getInputsList()) {
      ObjectNode tensor = inputs.addObject();
      tensor.put("name", input.getName()).put("datatype", input.getDatatype());
      ArrayNode shape = tensor.putArray("shape");
      input.getShapeList().forEach(shape::add);
      ArrayNode data = tensor.putArray("data");
      input.getContents().getBytesContentsList().forEach(text -> data.add(text.toStringUtf8()));
      input.getContents().getInt64ContentsList().forEach(data::add);
    }
    typed
        .getOutputsList()
        .forEach(each -> body.withArray("/outputs").addObject().put("name", each.getName()));
    return body.toString();
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
