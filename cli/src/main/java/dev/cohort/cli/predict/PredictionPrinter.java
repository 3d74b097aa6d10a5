package dev.cohort.cli.predict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Writes one line for each answer: columns for people, or a JSON object. */
final class PredictionPrinter {
  private static final int EMBEDDING_SHOWN = 4;

  private final ObjectMapper mapper = new ObjectMapper();
  private final PrintStream out;
  private final boolean json;

  PredictionPrinter(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** Writes the answers of these rows, in their order. */
  void print(List<Question> rows, List<Prediction> predictions) {
    for (int row = 0; row < rows.size(); row++) {
      Question question = rows.get(row);
      Prediction prediction = predictions.get(row);
      out.println(json ? object(question, prediction) : columns(question, prediction));
    }
    out.flush();
  }

  private static String columns(Question question, Prediction prediction) {
    String answer =
        switch (prediction.task()) {
          case CLASSIFICATION ->
              String.format(Locale.ROOT, "%-28s %.3f", prediction.label(), prediction.largest());
          case REGRESSION -> String.format(Locale.ROOT, "%10.4f", prediction.values()[0]);
          case EMBEDDING -> beginning(prediction.values());
        };
    return answer + "  " + question.line();
  }

  private static String beginning(float[] values) {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < Math.min(EMBEDDING_SHOWN, values.length); i++) {
      text.append(String.format(Locale.ROOT, "%.4f ", values[i]));
    }
    return text.append("... ").append(values.length).append(" numbers]").toString();
  }

  private String object(Question question, Prediction prediction) {
    ObjectNode object = mapper.createObjectNode();
    if (question.second().isPresent()) {
      object.put("text_a", question.first()).put("text_b", question.second().orElseThrow());
    } else {
      object.put("text", question.first());
    }
    switch (prediction.task()) {
      case CLASSIFICATION ->
          object.put("label", prediction.label()).put("probability", prediction.largest());
      case REGRESSION -> object.put("value", prediction.values()[0]);
      case EMBEDDING -> {
        var numbers = object.putArray("embedding");
        for (float value : prediction.values()) {
          numbers.add(value);
        }
      }
    }
    object.put("students_used", prediction.studentsUsed());
    try {
      return mapper.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values cannot be written; a bug", e);
    }
  }
}
