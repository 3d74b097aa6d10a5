package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.math.BigDecimal;

/**
 * Where traces go.
 *
 * @param endpoint address of an OTLP collector (gRPC)
 * @param ratio share of the requests that no client traces which are traced
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TracingSpec(
    @JsonPropertyDescription("Address of an OTLP collector (gRPC).")
        @Required
        @Size(min = 8, max = 512)
        @Pattern(Formats.HTTP)
        String endpoint,
    @JsonPropertyDescription("Share of the requests that no client traces which are traced.")
        @Min(0)
        @Max(1)
        @Default("0.1")
        BigDecimal ratio) {
  /** Fills in what the API server would. */
  public TracingSpec {
    ratio = ratio == null ? new BigDecimal("0.1") : ratio;
  }
}
