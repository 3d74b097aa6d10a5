package dev.cohort.operator.desired;

import java.util.Map;
import java.util.TreeMap;

/** Labels of the objects that the operator makes. */
public final class Labels {
  /** Name of the ensemble. */
  public static final String ENSEMBLE = "cohort.dev/ensemble";

  /** Number of the home student, from 0. */
  public static final String STUDENT = "cohort.dev/student";

  /** Id of the revision. */
  public static final String REVISION = "cohort.dev/revision";

  /** Aggregator, student or operator. */
  public static final String COMPONENT = "app.kubernetes.io/component";

  /** Who makes the objects. */
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /** The operator as maker of objects, and as writer of fields. */
  public static final String OPERATOR = "cohort-operator";

  /** What selects all objects that the operator makes, of all ensembles. */
  public static final String SELECTOR = MANAGED_BY + "=" + OPERATOR;

  /** Value of {@link #COMPONENT}. */
  public static final String AGGREGATOR = "aggregator";

  /** Value of {@link #COMPONENT}. */
  public static final String SEAT = "student";

  private static final String NAME = "app.kubernetes.io/name";
  private static final String PRODUCT = "cohort";

  private Labels() {}

  /** Of an object of an ensemble. */
  static Map<String, String> of(Owner owner) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(NAME, PRODUCT);
    labels.put("app.kubernetes.io/instance", owner.name());
    labels.put("app.kubernetes.io/part-of", PRODUCT);
    labels.put(MANAGED_BY, OPERATOR);
    labels.put(ENSEMBLE, owner.name());
    return labels;
  }

  /** Of an object of one component of an ensemble. */
  static Map<String, String> of(Owner owner, String component) {
    return with(of(owner), COMPONENT, component);
  }

  /** What selects the pods of one component. */
  public static Map<String, String> selecting(Owner owner, String component) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(COMPONENT, component);
    labels.put(ENSEMBLE, owner.name());
    return labels;
  }

  /** What selects the home seats of one student, of all revisions. */
  public static Map<String, String> selecting(Owner owner, int student) {
    return with(selecting(owner, SEAT), STUDENT, Integer.toString(student));
  }

  /** What selects the operator's own pods. */
  static Map<String, String> operator() {
    return Map.of(NAME, PRODUCT, COMPONENT, "operator");
  }

  /** A copy with one more. */
  static Map<String, String> with(Map<String, String> labels, String key, String value) {
    Map<String, String> more = new TreeMap<>(labels);
    more.put(key, value);
    return more;
  }

  /** As the query of an API call. */
  public static String query(Map<String, String> labels) {
    return String.join(
        ",", labels.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
  }
}
