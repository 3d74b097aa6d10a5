package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * An environment variable with a plain value.
 *
 * @param name name of the variable
 * @param value its value; empty when left out
 */
@ValidationRule(
    value = "!self.name.startsWith('COHORT_')",
    message = "variables of COHORT_ are set by the operator, from the other fields",
    fieldPath = ".name")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EnvironmentVariable(
    @JsonPropertyDescription("Name of the variable.")
        @Required
        @Size(min = 1, max = 128)
        @Pattern(Formats.ENVIRONMENT)
        String name,
    @JsonPropertyDescription("Its value; empty when left out.") @Size(max = 4096) String value) {}
