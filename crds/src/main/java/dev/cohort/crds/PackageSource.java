package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * Where the package comes from; exactly one of the three.
 *
 * @param persistentVolumeClaim a folder of a persistent volume claim in the same namespace
 * @param image a folder of an OCI image
 * @param https an archive behind an HTTPS address
 */
@ValidationRule(
    value =
        "[has(self.persistentVolumeClaim), has(self.image), "
            + "has(self.https)].exists_one(given, given)",
    message = "exactly one of persistentVolumeClaim, image and https names the package")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PackageSource(
    @JsonPropertyDescription("A folder of a persistent volume claim in the same namespace.")
        VolumeSource persistentVolumeClaim,
    @JsonPropertyDescription("A folder of an OCI image.") ImageSource image,
    @JsonPropertyDescription("An archive behind an HTTPS address.") HttpsSource https) {}
