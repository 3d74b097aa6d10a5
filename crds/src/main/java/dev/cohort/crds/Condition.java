package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Whether something holds at present, and why.
 *
 * @param type what holds or not
 * @param status whether it holds
 * @param reason why, in one word
 * @param message why, in a sentence
 * @param lastTransitionTime when the status changed last
 * @param observedGeneration generation of the resource that the condition is about
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Condition(
    @JsonPropertyDescription("What holds or not.")
        @Required
        @Size(min = 1, max = 64)
        @Pattern(Formats.CAMEL_CASE)
        String type,
    @JsonPropertyDescription("Whether it holds.") @Required ConditionStatus status,
    @JsonPropertyDescription("Why, in one word.")
        @Required
        @Size(min = 1, max = 64)
        @Pattern(Formats.CAMEL_CASE)
        String reason,
    @JsonPropertyDescription("Why, in a sentence.") @Size(max = 4096) String message,
    @JsonPropertyDescription("When the status changed last.")
        @Required
        @Size(max = 40)
        @Pattern(Formats.TIME)
        String lastTransitionTime,
    @JsonPropertyDescription("Generation of the resource that the condition is about.")
        Long observedGeneration) {

  /** Most characters of a message; longer ones are cut. */
  static final int MESSAGE = 4096;

  /**
   * A condition that changed now.
   *
   * @param reason one word in camel case
   * @param now cut to seconds, as Kubernetes does
   */
  public static Condition of(
      ConditionType type,
      ConditionStatus status,
      String reason,
      String message,
      long generation,
      Instant now) {
    return new Condition(
        type.value(),
        status,
        reason,
        message.length() > MESSAGE ? message.substring(0, MESSAGE) : message,
        now.truncatedTo(ChronoUnit.SECONDS).toString(),
        generation);
  }

  /** Whether this is the condition of a type. */
  public boolean is(ConditionType type) {
    return type.value().equals(this.type);
  }

  /** This, with the time of the transition of an earlier one where the status is the same. */
  Condition following(Condition earlier) {
    if (status != earlier.status) {
      return this;
    }
    return new Condition(
        type, status, reason, message, earlier.lastTransitionTime, observedGeneration);
  }
}
