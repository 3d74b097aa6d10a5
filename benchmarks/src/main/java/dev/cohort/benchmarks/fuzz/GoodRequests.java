package dev.cohort.benchmarks.fuzz;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Random requests with nothing wrong in them. */
final class GoodRequests {
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz      0123456789.,?!'äß字🙂";
  private static final int MOST_ROWS = 6;
  private static final int MANY_ROWS = 40;
  private static final int MOST_LETTERS = 60;

  private final ModelRules rules;

  GoodRequests(ModelRules rules) {
    this.rules = rules;
  }

  /** One request: text or token ids, typed or raw, any of the outputs and parameters. */
  ModelInferRequest next(RandomGenerator random) {
    int rows = 1 + random.nextInt(random.nextInt(50) == 0 ? MANY_ROWS : MOST_ROWS);
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(rules.name());
    if (random.nextInt(4) == 0) {
      request.setModelVersion(rules.version());
    }
    if (random.nextInt(4) == 0) {
      request.setId(text(random, MOST_LETTERS));
    }
    List<InferInputTensor> inputs =
        random.nextBoolean() ? texts(random, rows) : tokens(random, rows);
    addInputs(request, inputs, random.nextBoolean());
    addOutputs(request, random);
    addParameters(request, random);
    return request.build();
  }

  /** A text of at most so many characters. */
  static String text(RandomGenerator random, int most) {
    int[] points = LETTERS.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(most);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(points[random.nextInt(points.length)]);
    }
    return text.toString();
  }

  /** A tensor's values in raw form. */
  static ByteString raw(InferInputTensor tensor) {
    InferTensorContents contents = tensor.getContents();
    int bytes =
        contents.getBytesContentsList().stream().mapToInt(b -> Integer.BYTES + b.size()).sum()
            + contents.getInt64ContentsCount() * Long.BYTES
            + contents.getIntContentsCount() * Integer.BYTES;
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    contents
        .getBytesContentsList()
        .forEach(element -> buffer.putInt(element.size()).put(element.asReadOnlyByteBuffer()));
    contents.getInt64ContentsList().forEach(buffer::putLong);
    contents.getIntContentsList().forEach(buffer::putInt);
    return ByteString.copyFrom(buffer.flip());
  }

  private List<InferInputTensor> texts(RandomGenerator random, int rows) {
    List<InferInputTensor> tensors = new ArrayList<>();
    boolean flat = random.nextBoolean();
    for (String name : rules.texts()) {
      InferTensorContents.Builder contents = InferTensorContents.newBuilder();
      for (int row = 0; row < rows; row++) {
        contents.addBytesContents(ByteString.copyFromUtf8(text(random, MOST_LETTERS)));
      }
      List<Long> shape = flat ? List.of((long) rows) : List.of((long) rows, 1L);
      tensors.add(tensor(name, "BYTES", shape).setContents(contents).build());
    }
    return shuffled(tensors, random);
  }

  private List<InferInputTensor> tokens(RandomGenerator random, int rows) {
    int columns = 1 + random.nextInt(Math.min(rules.maxTokens(), 48));
    List<Long> shape = List.of((long) rows, (long) columns);
    List<InferInputTensor> tensors = new ArrayList<>();
    int cells = rows * columns;
    tensors.add(
        numbers(
            ModelRules.IDS, shape, random, random.ints(cells, 0, rules.vocabulary()).toArray()));
    if (random.nextBoolean()) {
      tensors.add(numbers(ModelRules.MASK, shape, random, mask(random, rows, columns)));
    }
    if (random.nextBoolean()) {
      int types = Math.max(1, rules.tokenTypes());
      tensors.add(numbers(ModelRules.TYPES, shape, random, random.ints(cells, 0, types).toArray()));
    }
    return shuffled(tensors, random);
  }

  private static int[] mask(RandomGenerator random, int rows, int columns) {
    int[] mask = new int[rows * columns];
    for (int row = 0; row < rows; row++) {
      int length = 1 + random.nextInt(columns);
      for (int place = 0; place < length; place++) {
        mask[row * columns + place] = 1;
      }
    }
    return mask;
  }

  private static InferInputTensor numbers(
      String name, List<Long> shape, RandomGenerator random, int[] values) {
    boolean wide = random.nextBoolean();
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int value : values) {
      if (wide) {
        contents.addInt64Contents(value);
      } else {
        contents.addIntContents(value);
      }
    }
    return tensor(name, wide ? "INT64" : "INT32", shape).setContents(contents).build();
  }

  private static InferInputTensor.Builder tensor(String name, String datatype, List<Long> shape) {
    return InferInputTensor.newBuilder().setName(name).setDatatype(datatype).addAllShape(shape);
  }

  private static void addInputs(
      ModelInferRequest.Builder request, List<InferInputTensor> inputs, boolean raw) {
    for (InferInputTensor input : inputs) {
      request.addInputs(raw ? input.toBuilder().clearContents().build() : input);
      if (raw) {
        request.addRawInputContents(raw(input));
      }
    }
  }

  private void addOutputs(ModelInferRequest.Builder request, RandomGenerator random) {
    if (random.nextBoolean()) {
      return;
    }
    List<String> outputs = shuffled(rules.outputs(), random);
    int count = 1 + random.nextInt(outputs.size());
    outputs.stream()
        .limit(count)
        .map(name -> InferRequestedOutputTensor.newBuilder().setName(name))
        .forEach(request::addOutputs);
  }

  private void addParameters(ModelInferRequest.Builder request, RandomGenerator random) {
    if (random.nextInt(4) == 0) {
      request.putParameters(
          "min_students",
          InferParameter.newBuilder().setInt64Param(1 + random.nextInt(rules.students())).build());
    }
    if (random.nextInt(4) == 0) {
      request.putParameters(
          "timeout", InferParameter.newBuilder().setInt64Param(30_000_000).build());
    }
    if (random.nextInt(8) == 0) {
      request.putParameters(
          "priority", InferParameter.newBuilder().setInt64Param(random.nextInt(4)).build());
    }
  }

  private static <T> List<T> shuffled(List<T> values, RandomGenerator random) {
    List<T> shuffled = new ArrayList<>(values);
    Collections.shuffle(shuffled, Random.from(random));
    return shuffled;
  }
}
