package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;
import java.io.Serial;

/**
 * An ensemble of students that is served in one namespace. Mutable, as all resources of the client
 * library are; not thread-safe.
 */
@Group(StudentEnsemble.GROUP)
@Version(StudentEnsemble.VERSION)
@Kind("StudentEnsemble")
@Plural(StudentEnsemble.PLURAL)
@Singular("studentensemble")
@ShortNames("sens")
@ValidationRule(
    value = "size(self.metadata.name) <= 63",
    messageExpression =
        "'metadata.name has %d characters, 63 are allowed'.format([size(self.metadata.name)])",
    message = "metadata.name has more than 63 characters")
@ValidationRule(
    value = "!self.metadata.name.contains('.')",
    message = "metadata.name must not contain dots: it is the first part of a DNS name")
@ValidationRule(
    value = "self.metadata.name.matches('^[a-z]')",
    message = "metadata.name must begin with a letter: Services are named after it")
@AdditionalPrinterColumn(
    name = "Ready",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Prefix", jsonPath = ".status.prefix.summary", type = Type.STRING)
@AdditionalPrinterColumn(name = "Seats", jsonPath = ".status.scaling.ready", type = Type.INTEGER)
@AdditionalPrinterColumn(
    name = "Reason",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
    type = Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
@AdditionalPrinterColumn(
    name = "Mode",
    jsonPath = ".spec.scaling.mode",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Regime",
    jsonPath = ".spec.regime",
    type = Type.STRING,
    priority = 1)
@AdditionalPrinterColumn(
    name = "Package",
    jsonPath = ".status.package.digest",
    type = Type.STRING,
    priority = 1)
public final class StudentEnsemble
    extends CustomResource<StudentEnsembleSpec, StudentEnsembleStatus> implements Namespaced {
  /** API group. */
  public static final String GROUP = "cohort.dev";

  /** API version. */
  public static final String VERSION = "v1alpha1";

  /** Name of the resource in URLs and roles. */
  public static final String PLURAL = "studentensembles";

  /** Where the class path holds the definition for the API server. */
  public static final String DEFINITION = "/dev/cohort/crds/studentensembles.cohort.dev.yaml";

  @Serial private static final long serialVersionUID = 1L;

  /** What the ensemble is to be. */
  @Override
  @Required
  @JsonPropertyDescription(
      "What the ensemble is to be; the smallest valid one names only the package.")
  public StudentEnsembleSpec getSpec() {
    return super.getSpec();
  }
}
