package dev.cohort.aggregator;

import static dev.cohort.aggregator.Requests.longs;
import static dev.cohort.aggregator.Requests.texts;
import static dev.cohort.aggregator.Requests.typed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cohort.aggregator.oip.Datatype;
import dev.cohort.protocol.inference.ModelConfig;
import dev.cohort.protocol.inference.ModelConfigRequest;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.cohort.protocol.inference.ModelMetadataRequest;
import dev.cohort.protocol.inference.ModelMetadataResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Packages of every kind behind one aggregator, each with a real seat of its own. */
class TaskKindsIT {
  private static final String PAIR = "tiny-pair";
  private static final String REGRESSION = "tiny-regression";
  private static final String EMBEDDING = "tiny-embedding";
  private static final String ROBERTA = "tiny-roberta";
  private static final List<String> MODELS = List.of(PAIR, REGRESSION, EMBEDDING, ROBERTA);
  private static final double CLOSE = 1e-3;

  private static ServedPackages served;

  @BeforeAll
  static void start() throws Exception {
    served = ServedPackages.start(MODELS.stream().map(TaskKindsIT::folder).toList());
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static Path folder(String model) {
    return TinyPackage.PATH.resolveSibling(model);
  }

  private static List<ReferenceRow> references(String model) throws IOException {
    return ReferenceRow.of(folder(model));
  }

  private static ModelInferRequest asTexts(String model, List<ReferenceRow> rows) {
    List<String> names = model.equals(PAIR) ? List.of("text_a", "text_b") : List.of("text");
    List<InferInputTensor> inputs = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      int which = i;
      String[] column = rows.stream().map(row -> row.texts().get(which)).toArray(String[]::new);
      inputs.add(texts(names.get(i), List.of((long) rows.size(), 1L), column));
    }
    return typed(model, inputs.toArray(InferInputTensor[]::new));
  }

  private static ModelInferRequest asTokens(String model, List<ReferenceRow> rows) {
    int longest = rows.stream().mapToInt(row -> row.tokens().length()).max().orElseThrow();
    List<Long> shape = List.of((long) rows.size(), (long) longest);
    long[] ids = new long[rows.size() * longest];
    long[] types = new long[ids.length];
    long[] mask = new long[ids.length];
    for (int row = 0; row < rows.size(); row++) {
      for (int place = 0; place < rows.get(row).tokens().length(); place++) {
        int cell = row * longest + place;
        ids[cell] = rows.get(row).tokens().ids()[place];
        types[cell] = rows.get(row).tokens().types()[place];
        mask[cell] = 1;
      }
    }
    return typed(
        model,
        longs("input_ids", shape, ids),
        longs("token_type_ids", shape, types),
        longs("attention_mask", shape, mask));
  }

  private static Map<String, Tensor> overGrpc(ModelInferRequest request) {
    return Tensor.of(served.grpc().modelInfer(request));
  }

  private static Map<String, Tensor> overHttp(ModelInferRequest request) {
    ServedPackages.Reply reply = served.post(request.getModelName(), Requests.json(request));
    assertEquals(200, reply.status(), reply.body().toString());
    return Tensor.of(reply.body());
  }

  private static String refusalOverGrpc(Status.Code code, ModelInferRequest request) {
    StatusRuntimeException refused =
        assertThrows(StatusRuntimeException.class, () -> served.grpc().modelInfer(request));
    assertEquals(code, refused.getStatus().getCode(), refused.getMessage());
    return refused.getStatus().getDescription();
  }

  /** Both transports refuse with the same text. */
  private static String refusal(Status.Code code, int status, ModelInferRequest request) {
    String text = refusalOverGrpc(code, request);
    ServedPackages.Reply reply = served.post(request.getModelName(), Requests.json(request));
    assertEquals(status, reply.status(), reply.body().toString());
    assertEquals(text, reply.body().get("error").asText());
    return text;
  }

  private static String invalid(ModelInferRequest request) {
    return refusal(Status.Code.INVALID_ARGUMENT, 400, request);
  }

  /** What the Python model answers: logits, or for an embedding the vector of length 1. */
  private static void assertClose(ReferenceRow expected, String model, List<Float> actual) {
    double scale = 1;
    if (model.equals(EMBEDDING)) {
      scale = Math.sqrt(expected.logits().stream().mapToDouble(x -> x * x).sum());
    }
    assertEquals(expected.logits().size(), actual.size());
    for (int column = 0; column < actual.size(); column++) {
      assertEquals(expected.logits().get(column) / scale, actual.get(column), CLOSE);
    }
  }

  private static Tensor numbers(String model, Map<String, Tensor> outputs) {
    return outputs.get(model.equals(EMBEDDING) ? "embedding" : "logits");
  }

  /** One row at a time: a batch of one has no neighbours, so that the bits are the same. */
  @ParameterizedTest
  @ValueSource(strings = {PAIR, REGRESSION, EMBEDDING, ROBERTA})
  void everyWayAnswersAsPyTorch(String model) throws Exception {
    for (ReferenceRow row : references(model)) {
      ModelInferRequest fromText = asTexts(model, List.of(row));
      ModelInferRequest fromTokens = asTokens(model, List.of(row));
      Map<String, Tensor> outputs = overGrpc(fromText);
      assertClose(row, model, numbers(model, outputs).floats());
      assertEquals(outputs, overGrpc(Requests.raw(fromText)));
      assertEquals(outputs, overHttp(fromText));
      assertEquals(outputs, overGrpc(fromTokens));
      assertEquals(outputs, overGrpc(Requests.raw(fromTokens)));
      assertEquals(outputs, overHttp(fromTokens));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PAIR, REGRESSION, EMBEDDING, ROBERTA})
  void manyRowsAnswerAsPyTorch(String model) throws Exception {
    List<ReferenceRow> rows = references(model);
    for (ModelInferRequest request : List.of(asTexts(model, rows), asTokens(model, rows))) {
      Tensor answer = numbers(model, overGrpc(request));
      int columns = rows.getFirst().logits().size();
      assertEquals(List.of((long) rows.size(), (long) columns), answer.shape());
      for (int row = 0; row < rows.size(); row++) {
        List<Float> own = answer.floats().subList(row * columns, (row + 1) * columns);
        assertClose(rows.get(row), model, own);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        PAIR + " | text_a text_b | label probabilities logits students_used | 3",
        REGRESSION + " | text | logits students_used | 1",
        EMBEDDING + " | text | embedding students_used | 24",
        ROBERTA + " | text | label probabilities logits students_used | 2",
      })
  void outputsAreThoseThatTheDescriptionsName(
      String model, String texts, String outputs, long columns) throws Exception {
    List<String> inputNames = new ArrayList<>(List.of(texts.split(" ")));
    inputNames.addAll(List.of("input_ids", "attention_mask", "token_type_ids"));
    List<String> outputNames = List.of(outputs.split(" "));
    Map<String, Tensor> answer =
        overGrpc(asTexts(model, List.of(references(model).getFirst(), references(model).get(1))));
    assertEquals(outputNames, List.copyOf(answer.keySet()));
    ModelMetadataResponse metadata =
        served.grpc().modelMetadata(ModelMetadataRequest.newBuilder().setName(model).build());
    assertEquals(
        inputNames, metadata.getInputsList().stream().map(each -> each.getName()).toList());
    ModelConfig config =
        served
            .grpc()
            .modelConfig(ModelConfigRequest.newBuilder().setName(model).build())
            .getConfig();
    for (int i = 0; i < outputNames.size(); i++) {
      String name = outputNames.get(i);
      long width = name.equals("label") || name.equals("students_used") ? 1 : columns;
      Tensor tensor = answer.get(name);
      assertEquals(List.of(2L, width), tensor.shape(), name);
      assertEquals(name, metadata.getOutputs(i).getName());
      assertEquals(tensor.type(), Datatype.valueOf(metadata.getOutputs(i).getDatatype()));
      assertEquals(List.of(-1L, width), metadata.getOutputs(i).getShapeList());
      assertEquals(name, config.getOutput(i).getName());
      assertEquals(List.of(width), config.getOutput(i).getDimsList());
    }
    JsonNode overHttp = served.get("/v2/models/" + model).body();
    assertEquals(inputNames, overHttp.get("inputs").findValuesAsText("name"));
    assertEquals(outputNames, overHttp.get("outputs").findValuesAsText("name"));
    JsonNode configOverHttp = served.get("/v2/models/" + model + "/config").body();
    assertEquals(outputNames, configOverHttp.get("output").findValuesAsText("name"));
  }

  @ParameterizedTest
  @CsvSource({PAIR + ", no maybe yes", ROBERTA + ", negative positive"})
  void labelIsThatOfTheLargestLogit(String model, String names) throws Exception {
    List<String> labels = List.of(names.split(" "));
    for (ReferenceRow row : references(model)) {
      Map<String, Tensor> outputs = overGrpc(asTexts(model, List.of(row)));
      List<Float> logits = outputs.get("logits").floats();
      int best = logits.indexOf(Collections.max(logits));
      assertEquals(List.of(labels.get(best)), outputs.get("label").values());
      double total = logits.stream().mapToDouble(Math::exp).sum();
      List<Float> probabilities = outputs.get("probabilities").floats();
      for (int column = 0; column < labels.size(); column++) {
        assertEquals(Math.exp(logits.get(column)) / total, probabilities.get(column), 1e-5);
      }
    }
  }

  @Test
  void embeddingsHaveLengthOne() throws Exception {
    List<ReferenceRow> rows = references(EMBEDDING);
    List<Float> values = overGrpc(asTexts(EMBEDDING, rows)).get("embedding").floats();
    int columns = values.size() / rows.size();
    for (int row = 0; row < rows.size(); row++) {
      double squares =
          values.subList(row * columns, (row + 1) * columns).stream()
              .mapToDouble(x -> (double) x * x)
              .sum();
      assertEquals(1, Math.sqrt(squares), 1e-5);
    }
  }

  @Test
  void eachModelUsesAllItsStudents() throws Exception {
    for (String model : MODELS) {
      Map<String, Tensor> outputs = overGrpc(asTexts(model, references(model).subList(0, 1)));
      int students = model.equals(REGRESSION) ? 3 : 2;
      assertEquals(List.of(students), outputs.get("students_used").values());
    }
  }

  @Test
  void pairsNeedBothTexts() {
    InferInputTensor first = texts("text_a", List.of(1L), "a");
    InferInputTensor second = texts("text_b", List.of(1L), "b");
    assertTrue(invalid(typed(PAIR, first)).startsWith("tensor 'text_b' is missing"));
    assertTrue(invalid(typed(PAIR, second)).startsWith("tensor 'text_a' is missing"));
    assertEquals(
        "tensor 'text' is not an input of this model; inputs are [text_a, text_b] or [input_ids,"
            + " attention_mask, token_type_ids]",
        invalid(typed(PAIR, texts("text", List.of(1L), "a"))));
    assertEquals(
        "tensor 'text_a' has 1 rows but 'text_b' has 2",
        invalid(typed(PAIR, first, texts("text_b", List.of(2L), "b", "c"))));
    assertTrue(invalid(typed(REGRESSION, first, second)).contains("'text_a' is not an input"));
  }

  @Test
  void outputsOfOtherTasksAreRefused() {
    for (String model : List.of(REGRESSION, EMBEDDING)) {
      ModelInferRequest labels =
          typed(model, texts("text", List.of(1L), "a")).toBuilder()
              .addOutputs(InferRequestedOutputTensor.newBuilder().setName("label"))
              .build();
      assertTrue(invalid(labels).startsWith("output 'label' is not an output of this model"));
    }
  }

  /** The position table has two rows more, which belong to no token. */
  @Test
  void tokensBeyondTheFamilysTablesAreRefused() {
    long[] many = new long[65];
    String tooLong = invalid(typed(ROBERTA, longs("input_ids", List.of(1L, 65L), many)));
    assertEquals("tensor 'input_ids': row 0 has 65 tokens; allowed are 1 to 64", tooLong);
    String unknown = invalid(typed(ROBERTA, longs("input_ids", List.of(1L, 2L), 0, 381)));
    assertEquals("tensor 'input_ids': row 0 has 381 at place 1; allowed are 0 to 380", unknown);
    String type =
        invalid(
            typed(
                PAIR,
                longs("input_ids", List.of(1L, 2L), 2, 3),
                longs("token_type_ids", List.of(1L, 2L), 0, 2)));
    assertEquals("tensor 'token_type_ids': row 0 has 2 at place 1; allowed are 0 to 1", type);
  }

  @Test
  void unknownModelIsNotFoundAndTheServedAreNamed() {
    ModelInferRequest request = typed("tiny", texts("text", List.of(1L), "a"));
    String text = refusal(Status.Code.NOT_FOUND, 404, request);
    assertEquals("model 'tiny' is not served; served are " + MODELS, text);
  }

  @Test
  void modelsSideBySideKeepTheirAnswersApart() throws Exception {
    record Call(String model, ReferenceRow row) {}
    List<Call> calls = new ArrayList<>();
    for (int row = 0; row < 12; row++) {
      for (String model : MODELS) {
        calls.add(new Call(model, references(model).get(row)));
      }
    }
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      List<Future<Map<String, Tensor>>> answers =
          calls.stream()
              .map(
                  call ->
                      callers.submit(() -> overGrpc(asTexts(call.model(), List.of(call.row())))))
              .toList();
      for (int i = 0; i < calls.size(); i++) {
        Call call = calls.get(i);
        Map<String, Tensor> outputs = answers.get(i).get(30, TimeUnit.SECONDS);
        assertClose(call.row(), call.model(), numbers(call.model(), outputs).floats());
      }
    }
  }
}
