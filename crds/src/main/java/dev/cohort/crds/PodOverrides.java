package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/**
 * What is added to the pods of a role.
 *
 * @param labels more labels; the keys of the operator are not free
 * @param annotations more annotations
 * @param env more environment variables of the container
 * @param securityContext users and groups instead of those of the image
 */
@ValidationRule(
    value =
        "!has(self.labels) || self.labels.all(key, "
            + "!key.startsWith('app.kubernetes.io/') && !key.startsWith('cohort.dev/'))",
    message = "keys of app.kubernetes.io and cohort.dev are set by the operator",
    fieldPath = ".labels")
@ValidationRule(
    value =
        "!has(self.labels) || self.labels.all(key, "
            + "!format.qualifiedName().validate(key).hasValue())",
    message = "keys must be names of labels, such as team or example.org/team",
    fieldPath = ".labels")
@ValidationRule(
    value =
        "!has(self.annotations) || self.annotations.all(key, " + "!key.startsWith('cohort.dev/'))",
    message = "keys of cohort.dev are set by the operator",
    fieldPath = ".annotations")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PodOverrides(
    @JsonPropertyDescription("More labels; the keys of the operator are not free.") @Size(max = 32)
        Map<String, @Size(max = 63) @Pattern(Formats.LABEL_VALUE) String> labels,
    @JsonPropertyDescription("More annotations.") @Size(max = 32)
        Map<String, @Size(max = 4096) String> annotations,
    @JsonPropertyDescription("More environment variables of the container.")
        @Size(max = 32)
        @ListKeys("name")
        List<EnvironmentVariable> env,
    @JsonPropertyDescription("Users and groups instead of those of the image.")
        PodUser securityContext) {
  /** Fills in what the API server would. */
  public PodOverrides {
    labels = labels == null ? Map.of() : Map.copyOf(labels);
    annotations = annotations == null ? Map.of() : Map.copyOf(annotations);
    env = env == null ? List.of() : List.copyOf(env);
  }
}
