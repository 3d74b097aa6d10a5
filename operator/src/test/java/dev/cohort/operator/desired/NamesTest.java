package dev.cohort.operator.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.PackageSource;
import dev.cohort.crds.VolumeSource;
import org.junit.jupiter.api.Test;

final class NamesTest {
  private static final Revision REVISION =
      new Revision(
          new PackageSource(new VolumeSource("packages", null), null, null),
          new Image("seat", null),
          new Image("aggregator", null));

  @Test
  void shortNamesStayWhatTheyAre() {
    Names names = new Names("clinc150");
    assertEquals("clinc150", names.client());
    assertEquals("clinc150-seats", names.seats());
    assertEquals("clinc150-student-3-" + REVISION.id(), names.student(3, REVISION));
  }

  @Test
  void longNamesAreCutAndStayDifferent() {
    String long63 = "a".repeat(62);
    Names one = new Names(long63 + "b");
    Names other = new Names(long63 + "c");
    assertEquals(63, one.client().length());
    assertEquals(63, one.student(63, REVISION).length());
    assertTrue(one.aggregator(REVISION).endsWith("-aggregator-" + REVISION.id()));
    assertNotEquals(one.student(0, REVISION), other.student(0, REVISION));
  }

  @Test
  void aRevisionSurvivesItsAnnotation() {
    assertEquals(REVISION, Revision.parse(REVISION.json()));
    assertEquals(8, REVISION.id().length());
    assertNotEquals(
        REVISION.id(),
        new Revision(REVISION.source(), new Image("seat", "Always"), REVISION.aggregatorImage())
            .id());
  }
}
