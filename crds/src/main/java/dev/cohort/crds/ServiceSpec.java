package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;

/**
 * The Service in front of the aggregators.
 *
 * @param type how it is reached
 * @param annotations annotations of the Service
 * @param loadBalancerClass class of the load balancer
 */
@ValidationRule(
    value = "self.type == 'LoadBalancer' || !has(self.loadBalancerClass)",
    message = "goes with type LoadBalancer only",
    messageExpression = "'goes with type LoadBalancer only, not with ' + self.type",
    fieldPath = ".loadBalancerClass")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServiceSpec(
    @JsonPropertyDescription("How it is reached.") @Default("ClusterIP") ServiceType type,
    @JsonPropertyDescription("Annotations of the Service.") @Size(max = 32)
        Map<String, @Size(max = 4096) String> annotations,
    @JsonPropertyDescription("Class of the load balancer.") @Size(min = 1, max = 317)
        String loadBalancerClass) {
  /** Fills in what the API server would. */
  public ServiceSpec {
    type = type == null ? ServiceType.CLUSTER_IP : type;
    annotations = annotations == null ? Map.of() : Map.copyOf(annotations);
  }
}
