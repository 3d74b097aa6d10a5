package dev.cohort.operator.burst;

import dev.cohort.protocol.burst.v1.ModelSignals;
import java.util.Optional;

/**
 * What of a message is worth a decision at once; the rest is looked at once a second anyway.
 *
 * @param aggregator its id
 * @param digest of the package
 * @param ready an answer is possible
 * @param burst students are dropped, or would have to be
 * @param prefix students in use
 * @param most students that may be in use
 */
record Gist(String aggregator, String digest, boolean ready, boolean burst, int prefix, int most) {
  /** A burst that has grown by this since it was last decided about may want other seats. */
  private static final double GROWTH = 1.25;

  /**
   * Whether a message is worth a decision at once.
   *
   * @param last message before this one
   * @param decided the last message that was worth one
   */
  static boolean isNews(Reception last, Reception decided, Reception now) {
    return !of(last).equals(of(now))
        || now.model().filter(model -> isLarger(model, decided)).isPresent();
  }

  private static boolean isLarger(ModelSignals now, Reception decided) {
    return now.getBurst()
        && decided
            .model()
            .filter(
                then ->
                    isLarger(offered(now), offered(then))
                        || isLarger(now.getDrainFullMicros(), then.getDrainFullMicros()))
            .isPresent();
  }

  private static double offered(ModelSignals model) {
    return model.getOffered().getStudentMicrosPerSecond();
  }

  private static boolean isLarger(double now, double then) {
    return now > GROWTH * then;
  }

  static Gist of(Reception reception) {
    Optional<ModelSignals> model = reception.model();
    return new Gist(
        reception.message().getAggregatorId(),
        model.map(ModelSignals::getPackageDigest).orElse(""),
        model.map(ModelSignals::getReady).orElse(false),
        model.map(ModelSignals::getBurst).orElse(false),
        model.map(ModelSignals::getPrefix).orElse(0),
        model.map(ModelSignals::getPrefixMax).orElse(0));
  }
}
