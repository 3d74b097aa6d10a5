package dev.cohort.aggregator.oip;

import dev.cohort.aggregator.RefusedException;
import dev.cohort.packages.Manifest;
import dev.cohort.policy.PriorityPolicy;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Reads a request for one model. Unknown parameters are ignored; {@code timeout} (microseconds; 0
 * for none), {@code min_students} (1 to all) and {@code priority} (1 for the most urgent to 8; 0
 * for the default), each a whole number or a string of one, are honoured. Immutable and
 * thread-safe.
 */
public final class InferCallReader {
  private static final String TIMEOUT = "timeout";
  private static final String MIN_STUDENTS = "min_students";
  private static final String PRIORITY = "priority";

  private final RowsReader rows;
  private final List<Output> available;
  private final int studentsTotal;

  /**
   * A reader for one package.
   *
   * @param maxRows rows of one request
   */
  public InferCallReader(Manifest manifest, int maxRows) {
    this.rows = new RowsReader(manifest, maxRows);
    this.available = Output.of(manifest.task());
    this.studentsTotal = manifest.studentsTotal();
  }

  /** The request, checked. */
  public InferCall read(ModelInferRequest request) {
    RequestBounds.check(request);
    return new InferCall(
        request.getId(),
        rows.read(request),
        outputs(request.getOutputsList()),
        request.getRawInputContentsCount() > 0,
        timeoutNanos(request.getParametersMap()),
        minStudents(request.getParametersMap()),
        priority(request.getParametersMap()));
  }

  private List<Output> outputs(List<InferRequestedOutputTensor> requested) {
    if (requested.isEmpty()) {
      return available;
    }
    List<Output> outputs = requested.stream().map(this::output).toList();
    Set<Output> distinct = EnumSet.copyOf(outputs);
    if (distinct.size() < outputs.size()) {
      throw RefusedException.invalid(
          "outputs %s name a tensor twice"
              .formatted(outputs.stream().map(Output::wireName).toList()));
    }
    return outputs;
  }

  private Output output(InferRequestedOutputTensor requested) {
    if (requested.containsParameters("shared_memory_region")) {
      throw RefusedException.invalid(
          "output '%s': shared memory is not served".formatted(requested.getName()));
    }
    return available.stream()
        .filter(output -> output.wireName().equals(requested.getName()))
        .findFirst()
        .orElseThrow(
            () ->
                RefusedException.invalid(
                    "output '%s' is not an output of this model; outputs are %s"
                        .formatted(
                            requested.getName(),
                            available.stream().map(Output::wireName).toList())));
  }

  private static OptionalLong timeoutNanos(Map<String, InferParameter> parameters) {
    InferParameter parameter = parameters.get(TIMEOUT);
    if (parameter == null) {
      return OptionalLong.empty();
    }
    long micros = whole(parameter, InferCallReader::wrongTimeout);
    if (micros < 0) {
      throw wrongTimeout(Long.toString(micros));
    }
    return micros == 0
        ? OptionalLong.empty()
        : OptionalLong.of(TimeUnit.MICROSECONDS.toNanos(micros));
  }

  private int minStudents(Map<String, InferParameter> parameters) {
    InferParameter parameter = parameters.get(MIN_STUDENTS);
    if (parameter == null) {
      return 1;
    }
    long students = whole(parameter, this::wrongMinStudents);
    if (students < 1 || students > studentsTotal) {
      throw wrongMinStudents(Long.toString(students));
    }
    return (int) students;
  }

  private static int priority(Map<String, InferParameter> parameters) {
    InferParameter parameter = parameters.get(PRIORITY);
    if (parameter == null) {
      return PriorityPolicy.DEFAULT_LEVEL;
    }
    long level = whole(parameter, InferCallReader::wrongPriority);
    if (level < 0 || level > PriorityPolicy.LEVELS) {
      throw wrongPriority(Long.toString(level));
    }
    return level == 0 ? PriorityPolicy.DEFAULT_LEVEL : (int) level;
  }

  private static long whole(InferParameter parameter, Function<String, RefusedException> wrong) {
    return switch (parameter.getParameterChoiceCase()) {
      case INT64_PARAM -> parameter.getInt64Param();
      case UINT64_PARAM -> clamped(parameter.getUint64Param());
      case STRING_PARAM -> whole(parameter.getStringParam(), wrong);
      case BOOL_PARAM, DOUBLE_PARAM, PARAMETERCHOICE_NOT_SET ->
          throw wrong.apply(parameter.getParameterChoiceCase().toString());
    };
  }

  private static long clamped(long unsigned) {
    return unsigned < 0 ? Long.MAX_VALUE : unsigned;
  }

  private static long whole(String text, Function<String, RefusedException> wrong) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw wrong.apply("'" + text + "'");
    }
  }

  private RefusedException wrongMinStudents(String value) {
    return RefusedException.invalid(
        "parameter 'min_students' is %s; allowed are whole numbers, 1 to %d"
            .formatted(value, studentsTotal));
  }

  private static RefusedException wrongPriority(String value) {
    return RefusedException.invalid(
        "parameter 'priority' is %s; allowed are 1, the most urgent, to %d, and 0 for the default, %d"
            .formatted(value, PriorityPolicy.LEVELS, PriorityPolicy.DEFAULT_LEVEL));
  }

  private static RefusedException wrongTimeout(String value) {
    return RefusedException.invalid(
        "parameter 'timeout' is %s; allowed are whole microseconds, 0 for none".formatted(value));
  }
}
