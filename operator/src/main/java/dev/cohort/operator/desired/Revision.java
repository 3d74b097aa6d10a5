package dev.cohort.operator.desired;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.cohort.crds.PackageSource;

/**
 * What must not be mixed and is rolled out side by side: the package, and the images that read it.
 * Objects carry it as an annotation, so that the one that serves can still be asked for when the
 * spec names another.
 *
 * @param source where the package comes from
 * @param seatImage image of the seats
 * @param aggregatorImage image of the aggregators
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Revision(
    @JsonProperty("package") PackageSource source, Image seatImage, Image aggregatorImage) {
  private static final int ID = 8;

  /** Eight hexadecimal digits. */
  public String id() {
    return Json.sha256(json()).substring(0, ID);
  }

  /** As the annotation has it. */
  public String json() {
    return Json.write(this);
  }

  /**
   * What an annotation says.
   *
   * @throws IllegalArgumentException when it is no revision
   */
  public static Revision parse(String json) {
    return Json.read(json, Revision.class);
  }
}
