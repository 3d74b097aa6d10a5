package dev.cohort.operator.desired;

/**
 * Names of the objects of one ensemble. None has more than {@value #MOST} characters: where the
 * ensemble's name leaves no room, it is cut and eight digits of its hash take the place of the
 * rest, so that two long names never become one.
 *
 * @param ensemble its name
 */
public record Names(String ensemble) {
  /** As many as a label of DNS may have. */
  static final int MOST = 63;

  private static final int HASH = 8;

  /** The Service that clients use. */
  public String client() {
    return ensemble;
  }

  /** The headless Service of the seats. */
  public String seats() {
    return with("-seats");
  }

  /** What belongs to the aggregators. */
  public String aggregator() {
    return with("-aggregator");
  }

  /** The aggregators of one revision. */
  public String aggregator(Revision revision) {
    return with("-aggregator-" + revision.id());
  }

  /** What belongs to all seats. */
  public String student() {
    return with("-student");
  }

  /** What belongs to the home seats of one student. */
  public String student(int student) {
    return with("-student-" + student);
  }

  /** The home seats of one student, of one revision. */
  public String student(int student, Revision revision) {
    return with("-student-%d-%s".formatted(student, revision.id()));
  }

  /** A certificate that an issuer is asked for, and its Secret. */
  public String certificate(String role) {
    return with("-%s-tls".formatted(role));
  }

  private String with(String suffix) {
    if (ensemble.length() + suffix.length() <= MOST) {
      return ensemble + suffix;
    }
    String hash = Json.sha256(ensemble).substring(0, HASH);
    int room = MOST - suffix.length() - HASH - 1;
    return ensemble.substring(0, room) + "-" + hash + suffix;
  }
}
