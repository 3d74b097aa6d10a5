package dev.cohort.benchmarks.fuzz;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Changes single fields of a request, most of them for the worse. What the result deserves is not
 * known here; the {@link Oracle} says it.
 */
final class BadFields {
  private static final int TOO_MANY_INPUTS = 500;

  /** One change. */
  private interface Edit {
    void apply(ModelInferRequest.Builder request, RandomGenerator random);
  }

  private final ModelRules rules;
  private final List<Edit> edits =
      List.of(
          this::name,
          this::version,
          this::dropInput,
          this::repeatInput,
          this::renameInput,
          this::manyInputs,
          this::shape,
          this::shape,
          this::datatype,
          this::number,
          this::number,
          this::string,
          this::string,
          this::spareContents,
          this::count,
          this::count,
          this::rawBytes,
          this::rawBytes,
          this::rawCount,
          this::inputParameter,
          this::output,
          this::timeout,
          this::minStudents,
          this::parameter);

  BadFields(ModelRules rules) {
    this.rules = rules;
  }

  /** The request with one to three changes. */
  ModelInferRequest change(ModelInferRequest request, RandomGenerator random) {
    ModelInferRequest.Builder changed = request.toBuilder();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      edits.get(random.nextInt(edits.size())).apply(changed, random);
    }
    return changed.build();
  }

  private void name(ModelInferRequest.Builder request, RandomGenerator random) {
    request.setModelName(
        pick(
            random, "", "other", rules.name() + " ", "../" + rules.name(), "ä字", "x".repeat(5000)));
  }

  private void version(ModelInferRequest.Builder request, RandomGenerator random) {
    request.setModelVersion(pick(random, "", "0", "9999", rules.version() + "0", "latest", "\n"));
  }

  private void dropInput(ModelInferRequest.Builder request, RandomGenerator random) {
    if (request.getInputsCount() > 0) {
      request.removeInputs(random.nextInt(request.getInputsCount()));
    }
  }

  private void repeatInput(ModelInferRequest.Builder request, RandomGenerator random) {
    if (request.getInputsCount() > 0) {
      int input = random.nextInt(request.getInputsCount());
      request.addInputs(request.getInputs(input));
      if (input < request.getRawInputContentsCount()) {
        request.addRawInputContents(request.getRawInputContents(input));
      }
    }
  }

  private void renameInput(ModelInferRequest.Builder request, RandomGenerator random) {
    tensor(request, random)
        .setName(
            pick(
                random,
                "",
                "text",
                "text_a",
                "text_b",
                "TEXT",
                "input",
                ModelRules.IDS,
                ModelRules.MASK,
                ModelRules.TYPES,
                "\u0000"));
  }

  private void manyInputs(ModelInferRequest.Builder request, RandomGenerator random) {
    InferInputTensor input = tensor(request, random).build();
    for (int i = 0; i < TOO_MANY_INPUTS; i++) {
      request.addInputs(input.toBuilder().setName(input.getName() + random.nextInt(9)));
    }
  }

  private void shape(ModelInferRequest.Builder request, RandomGenerator random) {
    InferInputTensor.Builder tensor = tensor(request, random);
    long odd =
        pick(random, 0L, -1L, 2L, 257L, 1L << 31, 1L << 32, 1L << 62, Long.MIN_VALUE, 46341L);
    switch (random.nextInt(4)) {
      case 0 -> tensor.addShape(odd);
      case 1 -> tensor.clearShape();
      case 2 -> tensor.addShape(1);
      default -> {
        if (tensor.getShapeCount() > 0) {
          int place = random.nextInt(tensor.getShapeCount());
          long near = tensor.getShape(place) + (random.nextBoolean() ? 1 : -1);
          tensor.setShape(place, random.nextBoolean() ? odd : near);
        }
      }
    }
  }

  private void datatype(ModelInferRequest.Builder request, RandomGenerator random) {
    tensor(request, random)
        .setDatatype(
            pick(
                random, "", "BYTES", "INT64", "INT32", "FP32", "INT8", "UINT64", "BOOL", "bytes",
                "FP16"));
  }

  private void number(ModelInferRequest.Builder request, RandomGenerator random) {
    InferTensorContents.Builder contents = tensor(request, random).getContentsBuilder();
    long odd =
        pick(
            random,
            -1L,
            0L,
            1L,
            2L,
            rules.vocabulary() - 1L,
            (long) rules.vocabulary(),
            1L << 32,
            Long.MAX_VALUE,
            Long.MIN_VALUE);
    if (contents.getInt64ContentsCount() > 0) {
      contents.setInt64Contents(random.nextInt(contents.getInt64ContentsCount()), odd);
    } else if (contents.getIntContentsCount() > 0) {
      contents.setIntContents(random.nextInt(contents.getIntContentsCount()), (int) odd);
    }
  }

  private void string(ModelInferRequest.Builder request, RandomGenerator random) {
    InferTensorContents.Builder contents = tensor(request, random).getContentsBuilder();
    if (contents.getBytesContentsCount() > 0) {
      contents.setBytesContents(
          random.nextInt(contents.getBytesContentsCount()),
          switch (random.nextInt(8)) {
            case 0 -> ByteString.EMPTY;
            case 1 -> ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xfe});
            // Half a surrogate pair, which UTF-8 does not have.
            case 2 -> ByteString.copyFrom(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80});
            case 3 -> ByteString.copyFrom(new byte[] {(byte) 0xf0, (byte) 0x9f});
            case 4 -> ByteString.copyFrom(new byte[8]);
            case 5 -> ByteString.copyFromUtf8("a".repeat(ModelRules.MAX_CHARACTERS + 1));
            case 6 -> ByteString.copyFromUtf8("\u202e\ufeff\u200d👨‍👩‍👧‍👦".repeat(20));
            default -> ByteString.copyFromUtf8("[CLS] [SEP] [MASK] [PAD] " + "é".repeat(300));
          });
    }
  }

  private void spareContents(ModelInferRequest.Builder request, RandomGenerator random) {
    InferTensorContents.Builder contents = tensor(request, random).getContentsBuilder();
    switch (random.nextInt(5)) {
      case 0 -> contents.addBoolContents(true);
      case 1 -> contents.addFp64Contents(Double.NaN);
      case 2 -> contents.addUintContents(-1);
      case 3 -> contents.addIntContents(1);
      default -> contents.addInt64Contents(1);
    }
  }

  private void count(ModelInferRequest.Builder request, RandomGenerator random) {
    InferTensorContents.Builder contents = tensor(request, random).getContentsBuilder();
    if (random.nextBoolean()) {
      contents.clear();
    } else if (contents.getBytesContentsCount() > 0) {
      contents.addBytesContents(ByteString.copyFromUtf8("one too many"));
    } else if (contents.getInt64ContentsCount() > 0) {
      contents.addInt64Contents(1);
    } else {
      contents.addIntContents(1);
    }
  }

  private void rawBytes(ModelInferRequest.Builder request, RandomGenerator random) {
    if (request.getRawInputContentsCount() > 0) {
      int place = random.nextInt(request.getRawInputContentsCount());
      byte[] bytes = request.getRawInputContents(place).toByteArray();
      request.setRawInputContents(place, ByteString.copyFrom(BadBytes.change(bytes, random)));
    }
  }

  private void rawCount(ModelInferRequest.Builder request, RandomGenerator random) {
    if (request.getRawInputContentsCount() == 0 || random.nextBoolean()) {
      request.addRawInputContents(ByteString.copyFromUtf8("more"));
    } else {
      request.clearRawInputContents();
    }
  }

  private void inputParameter(ModelInferRequest.Builder request, RandomGenerator random) {
    tensor(request, random)
        .putParameters(
            pick(random, "shared_memory_region", "binary_data_size", "other"), value(random));
  }

  private void output(ModelInferRequest.Builder request, RandomGenerator random) {
    InferRequestedOutputTensor.Builder output =
        InferRequestedOutputTensor.newBuilder()
            .setName(pick(random, "label", "logits", "embedding", "students_used", "", "text"));
    if (random.nextInt(4) == 0) {
      output.putParameters(pick(random, "shared_memory_region", "classification"), value(random));
    }
    request.addOutputs(output);
  }

  private void timeout(ModelInferRequest.Builder request, RandomGenerator random) {
    request.putParameters("timeout", value(random));
  }

  private void minStudents(ModelInferRequest.Builder request, RandomGenerator random) {
    request.putParameters("min_students", value(random));
  }

  private void parameter(ModelInferRequest.Builder request, RandomGenerator random) {
    request.putParameters(GoodRequests.text(random, 20), value(random));
  }

  private InferParameter value(RandomGenerator random) {
    InferParameter.Builder value = InferParameter.newBuilder();
    long number =
        pick(
            random,
            0L,
            1L,
            -1L,
            (long) rules.students(),
            rules.students() + 1L,
            1000L,
            30_000_000L,
            Long.MAX_VALUE,
            Long.MIN_VALUE);
    return switch (random.nextInt(6)) {
      case 0 -> value.setInt64Param(number).build();
      case 1 -> value.setUint64Param(number).build();
      case 2 -> value.setStringParam(Long.toString(number)).build();
      case 3 -> value.setStringParam(GoodRequests.text(random, 12)).build();
      case 4 -> value.setDoubleParam(number).build();
      default -> value.setBoolParam(random.nextBoolean()).build();
    };
  }

  /** Any input; a new one, of no name, where there is none. */
  private static InferInputTensor.Builder tensor(
      ModelInferRequest.Builder request, RandomGenerator random) {
    return request.getInputsCount() == 0
        ? request.addInputsBuilder()
        : request.getInputsBuilder(random.nextInt(request.getInputsCount()));
  }

  @SafeVarargs
  private static <T> T pick(RandomGenerator random, T... values) {
    return values[random.nextInt(values.length)];
  }
}
