package dev.cohort.benchmarks.faults;

import com.google.protobuf.ByteString;
import dev.cohort.packages.Manifest;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Requests of given shapes to a package of single texts, as texts or as token ids. Immutable. */
final class MixedRequests {
  /** First and last token of each row of text. */
  private static final int SPECIAL_TOKENS = 2;

  private final Manifest manifest;
  private final List<String> words;

  /**
   * @param words of one token each, or nearly
   */
  MixedRequests(Manifest manifest, List<String> words) {
    this.manifest = manifest;
    this.words = List.copyOf(words);
  }

  /** Texts of about these lengths in tokens. */
  ModelInferRequest texts(int[] lengths, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int length : lengths) {
      String text =
          random
              .ints(Math.max(1, length - SPECIAL_TOKENS), 0, words.size())
              .mapToObj(words::get)
              .collect(Collectors.joining(" "));
      contents.addBytesContents(ByteString.copyFromUtf8(text));
    }
    return request()
        .addInputs(tensor("text", "BYTES", lengths.length, 1).setContents(contents))
        .build();
  }

  /** Token ids of exactly these lengths. */
  ModelInferRequest tokens(int[] lengths, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int longest = Arrays.stream(lengths).max().orElseThrow();
    InferTensorContents.Builder ids = InferTensorContents.newBuilder();
    InferTensorContents.Builder mask = InferTensorContents.newBuilder();
    for (int length : lengths) {
      for (int place = 0; place < longest; place++) {
        ids.addInt64Contents(random.nextInt(manifest.dimensions().vocabulary()));
        mask.addInt64Contents(place < length ? 1 : 0);
      }
    }
    return request()
        .addInputs(tensor("input_ids", "INT64", lengths.length, longest).setContents(ids))
        .addInputs(tensor("attention_mask", "INT64", lengths.length, longest).setContents(mask))
        .build();
  }

  private ModelInferRequest.Builder request() {
    return ModelInferRequest.newBuilder().setModelName(manifest.name());
  }

  private static InferInputTensor.Builder tensor(String name, String datatype, long... shape) {
    InferInputTensor.Builder tensor =
        InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
    Arrays.stream(shape).forEach(tensor::addShape);
    return tensor;
  }
}
