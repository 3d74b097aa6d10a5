package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;

/**
 * What the students run on, and how.
 *
 * @param device CPU, CUDA or TensorRT
 * @param precision arithmetic on the CPU; a GPU runs what its provider runs
 * @param precisionFloor points of the package's metric that int8 may lose at any prefix, where
 *     precision is Auto
 * @param lanes engine threads of a seat; each runs one batch at a time
 * @param threads threads that one batch uses, the lane's own included
 * @param maxRows rows of one batch
 * @param maxTokens tokens of one batch
 * @param maxRowTokens tokens of one row
 * @param deviceMemory GPU memory that one student may take (CUDA), or that building its engine may
 *     take (TensorRT); no limit when left out
 */
@ValidationRule(
    value = "self.device == 'CPU' || self.precision != 'INT8'",
    message = "INT8 runs on device CPU only",
    messageExpression = "'INT8 runs on device CPU only, not on ' + self.device",
    fieldPath = ".precision")
@ValidationRule(
    value = "self.device != 'CPU' || !has(self.deviceMemory)",
    message = "is GPU memory: device must be CUDA or TensorRT",
    fieldPath = ".deviceMemory")
@ValidationRule(
    value = "self.maxRowTokens <= self.maxTokens",
    message = "is above maxTokens",
    messageExpression = "'%d is above maxTokens, %d'.format([self.maxRowTokens, self.maxTokens])",
    fieldPath = ".maxRowTokens")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EngineSpec(
    @JsonPropertyDescription("CPU, CUDA or TensorRT.") @Default("CPU") Device device,
    @JsonPropertyDescription("Arithmetic on the CPU; a GPU runs what its provider runs.")
        @Default("FP32")
        Precision precision,
    @JsonPropertyDescription(
            "Points of the package's metric that int8 may lose at any prefix, where "
                + "precision is Auto.")
        @Min(0)
        @Max(100)
        @Default("1")
        BigDecimal precisionFloor,
    @JsonPropertyDescription("Engine threads of a seat; each runs one batch at a time.")
        @Min(1)
        @Max(64)
        @Default("1")
        Integer lanes,
    @JsonPropertyDescription("Threads that one batch uses, the lane's own included.")
        @Min(1)
        @Max(64)
        @Default("1")
        Integer threads,
    @JsonPropertyDescription("Rows of one batch.") @Min(1) @Max(4096) @Default("256")
        Integer maxRows,
    @JsonPropertyDescription("Tokens of one batch.") @Min(1) @Max(262144) @Default("8192")
        Integer maxTokens,
    @JsonPropertyDescription("Tokens of one row.") @Min(1) @Max(8192) @Default("512")
        Integer maxRowTokens,
    @JsonPropertyDescription(
            "GPU memory that one student may take (CUDA), or that building its engine may "
                + "take (TensorRT); no limit when left out.")
        Quantity deviceMemory) {
  /** Fills in what the API server would. */
  public EngineSpec {
    device = device == null ? Device.CPU : device;
    precision = precision == null ? Precision.FP32 : precision;
    precisionFloor = precisionFloor == null ? BigDecimal.ONE : precisionFloor;
    lanes = lanes == null ? 1 : lanes;
    threads = threads == null ? 1 : threads;
    maxRows = maxRows == null ? 256 : maxRows;
    maxTokens = maxTokens == null ? 8192 : maxTokens;
    maxRowTokens = maxRowTokens == null ? 512 : maxRowTokens;
  }
}
