package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;

/**
 * What the ensemble is to be; the smallest valid one names only the package.
 *
 * @param source where the package comes from
 * @param imagePullSecrets secrets for pulling images, of the package too
 * @param regime shared: a seat holds all students. Dedicated: its home student only
 * @param engine what the students run on, and how
 * @param seats the pods that hold students
 * @param aggregator the pods that clients talk to
 * @param serving what clients may expect, and may send
 * @param pruning how many students answer in a burst
 * @param scaling how many seats there are, and who decides it
 * @param replicas seats in the scaling modes Advisory, External and Off: all of them in the regime
 *     Shared, those of student 0 in Dedicated; never fewer than minSeats. The scale subresource
 *     sets it
 * @param rollout how a change of package or image comes into effect
 * @param security TLS and tokens; what is left out is not used
 * @param networkPolicy who may connect
 * @param observability metrics and traces
 * @param paused whether the operator leaves everything as it is; serving and pruning go on
 */
@ValidationRule(
    value = "!has(self.scaling.maxSeats) || self.replicas <= self.scaling.maxSeats",
    message = "is above scaling.maxSeats",
    messageExpression =
        "'%d is above scaling.maxSeats, %d'.format([self.replicas, " + "self.scaling.maxSeats])",
    fieldPath = ".replicas")
@ValidationRule(
    value = "!(self.engine.device in ['CUDA', 'TensorRT']) || has(self.seats.accelerator)",
    message = "needs an accelerator for this engine.device",
    messageExpression = "'needs an accelerator for engine.device ' + self.engine.device",
    fieldPath = ".seats")
@ValidationRule(
    value = "self.engine.device != 'CPU' || !has(self.seats.accelerator)",
    message = "has no use for an accelerator: engine.device is CPU",
    fieldPath = ".seats")
@ValidationRule(
    value = "!has(self.scaling.gpuBudget) || has(self.seats.accelerator)",
    message = "has a gpuBudget, but seats.accelerator is left out",
    fieldPath = ".scaling")
@ValidationRule(
    value =
        "!has(self.scaling.gpuBudget) || !has(self.scaling.minSeats) || "
            + "!has(self.seats.accelerator) || !has(self.seats.accelerator.extendedResource) "
            + "|| self.scaling.minSeats * self.seats.accelerator.extendedResource.count <= "
            + "self.scaling.gpuBudget",
    message = "minSeats take more devices than gpuBudget",
    messageExpression =
        "'minSeats, %d, with %d devices each take more than gpuBudget, "
            + "%d'.format([self.scaling.minSeats, "
            + "self.seats.accelerator.extendedResource.count, self.scaling.gpuBudget])",
    fieldPath = ".scaling")
@ValidationRule(
    value = "self.regime == 'Dedicated' || !has(self.scaling.parking)",
    message = "parking goes with regime Dedicated only",
    fieldPath = ".scaling")
@ValidationRule(
    value =
        "!has(self.scaling.gpuBudget) || !has(self.seats.accelerator) || "
            + "!has(self.seats.accelerator.extendedResource) || "
            + "self.seats.accelerator.extendedResource.count <= self.scaling.gpuBudget",
    message = "gpuBudget is less than one seat takes",
    messageExpression =
        "'gpuBudget, %d, is less than one seat takes, "
            + "%d'.format([self.scaling.gpuBudget, "
            + "self.seats.accelerator.extendedResource.count])",
    fieldPath = ".scaling")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record StudentEnsembleSpec(
    @JsonPropertyDescription("Where the package comes from.") @JsonProperty("package") @Required
        PackageSource source,
    @JsonPropertyDescription("Secrets for pulling images, of the package too.")
        @Size(max = 8)
        @ListKeys("name")
        List<SecretReference> imagePullSecrets,
    @JsonPropertyDescription("Shared: a seat holds all students. Dedicated: its home student only.")
        @Default("Shared")
        Regime regime,
    @JsonPropertyDescription("What the students run on, and how.") @Default("{}") EngineSpec engine,
    @JsonPropertyDescription("The pods that hold students.") @Default("{}") SeatSpec seats,
    @JsonPropertyDescription("The pods that clients talk to.") @Default("{}")
        AggregatorSpec aggregator,
    @JsonPropertyDescription("What clients may expect, and may send.") @Default("{}")
        ServingSpec serving,
    @JsonPropertyDescription("How many students answer in a burst.") @Default("{}")
        PruningSpec pruning,
    @JsonPropertyDescription("How many seats there are, and who decides it.") @Default("{}")
        ScalingSpec scaling,
    @JsonPropertyDescription(
            "Seats in the scaling modes Advisory, External and Off: all of them in the "
                + "regime Shared, those of student 0 in Dedicated; never fewer than minSeats. "
                + "The scale subresource sets it.")
        @SpecReplicas
        @Min(1)
        @Max(1024)
        @Default("1")
        Integer replicas,
    @JsonPropertyDescription("How a change of package or image comes into effect.") @Default("{}")
        RolloutSpec rollout,
    @JsonPropertyDescription("TLS and tokens; what is left out is not used.") SecuritySpec security,
    @JsonPropertyDescription("Who may connect.") @Default("{}") NetworkPolicySpec networkPolicy,
    @JsonPropertyDescription("Metrics and traces.") @Default("{}") ObservabilitySpec observability,
    @JsonPropertyDescription(
            "Whether the operator leaves everything as it is; serving and pruning go on.")
        @Default("false")
        Boolean paused) {
  /** Fills in what the API server would. */
  public StudentEnsembleSpec {
    imagePullSecrets = imagePullSecrets == null ? List.of() : List.copyOf(imagePullSecrets);
    regime = regime == null ? Regime.SHARED : regime;
    engine =
        engine == null
            ? new EngineSpec(null, null, null, null, null, null, null, null, null)
            : engine;
    seats = seats == null ? new SeatSpec(null, null, null, null, null, null) : seats;
    aggregator =
        aggregator == null
            ? new AggregatorSpec(null, null, null, null, null, null, null)
            : aggregator;
    serving = serving == null ? new ServingSpec(null, null, null, null, null) : serving;
    pruning = pruning == null ? new PruningSpec(null, null, null, null) : pruning;
    scaling =
        scaling == null
            ? new ScalingSpec(
                null, null, null, null, null, null, null, null, null, null, null, null)
            : scaling;
    replicas = replicas == null ? 1 : replicas;
    rollout = rollout == null ? new RolloutSpec(null) : rollout;
    networkPolicy = networkPolicy == null ? new NetworkPolicySpec(null, null) : networkPolicy;
    observability = observability == null ? new ObservabilitySpec(null, null) : observability;
    paused = paused == null ? false : paused;
  }
}
