package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * A taint that the pods accept.
 *
 * @param key key of the taint; any with operator Exists when left out
 * @param operator equal: key and value must be equal; Exists: the key is enough
 * @param value value of the taint
 * @param effect effect of the taint; all of them when left out
 * @param tolerationSeconds how long pods stay on a node with the taint; for ever when left out
 */
@ValidationRule(
    value = "self.operator != 'Exists' || !has(self.value)",
    message = "goes with operator Equal only",
    fieldPath = ".value")
@ValidationRule(
    value = "self.operator == 'Exists' || has(self.key)",
    message = "operator Equal needs a key")
@ValidationRule(
    value = "!has(self.tolerationSeconds) || (has(self.effect) && self.effect == " + "'NoExecute')",
    message = "goes with effect NoExecute only",
    fieldPath = ".tolerationSeconds")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TolerationSpec(
    @JsonPropertyDescription("Key of the taint; any with operator Exists when left out.")
        @Size(min = 1, max = 317)
        String key,
    @JsonPropertyDescription("Equal: key and value must be equal; Exists: the key is enough.")
        @Default("Equal")
        TolerationOperator operator,
    @JsonPropertyDescription("Value of the taint.") @Size(max = 63) String value,
    @JsonPropertyDescription("Effect of the taint; all of them when left out.") TaintEffect effect,
    @JsonPropertyDescription("How long pods stay on a node with the taint; for ever when left out.")
        @Min(0)
        @Max(604800)
        Long tolerationSeconds) {
  /** Fills in what the API server would. */
  public TolerationSpec {
    operator = operator == null ? TolerationOperator.EQUAL : operator;
  }
}
