package dev.cohort.policy;

/**
 * Whether a request enters the queue. Refusing at once what cannot be answered in time costs the
 * client one round trip; letting it in costs the client its deadline and everybody else the engine
 * time.
 *
 * <p>Stateless, thread-safe.
 */
public final class AdmissionPolicy {

  /**
   * Bounds of the queue.
   *
   * @param requests waiting requests, at least 1
   * @param tokens waiting tokens, at least 1
   * @param minimumMicros the shortest time left with which a request is ever admitted: the
   *     documented minimum deadline
   */
  public record Limits(int requests, long tokens, double minimumMicros) {
    public Limits {
      if (requests < 1 || tokens < 1 || !(minimumMicros >= 0)) {
        throw new IllegalArgumentException(
            "admission limits out of range: requests %d, tokens %d, minimum %s us"
                .formatted(requests, tokens, minimumMicros));
      }
    }
  }

  /** What waits now. */
  public record Queue(int requests, long tokens) {}

  /**
   * @param tokens tokens of all rows of the request
   * @param remainingMicros time until its deadline; {@link Double#POSITIVE_INFINITY} without one
   * @param predictedMicros predicted time until it is answered, with the smallest prefix it accepts
   */
  public record Request(long tokens, double remainingMicros, double predictedMicros) {}

  /** The answer. */
  public sealed interface Decision {}

  /** It enters. */
  public record Admit() implements Decision {}

  /**
   * {@code RESOURCE_EXHAUSTED}: the queue is at one of its bounds. Worth a retry after {@code
   * retryMicros}.
   */
  public record QueueFull(Bound bound, double retryMicros) implements Decision {}

  /** {@code DEADLINE_EXCEEDED}: it would be answered too late. */
  public record Hopeless(double predictedMicros) implements Decision {}

  /** The bound that was met. */
  public enum Bound {
    REQUESTS,
    TOKENS
  }

  /**
   * Share of the time left that a prediction may use: work that ends late costs others their engine
   * time, and predictions are not exact.
   */
  private static final double HEADROOM = 0.8;

  private final Limits limits;

  public AdmissionPolicy(Limits limits) {
    this.limits = limits;
  }

  /**
   * A prediction that is not a number never refuses: without a cost table only the bounds decide.
   */
  public Decision decide(Queue queue, Request request) {
    if (queue.requests() >= limits.requests()) {
      return new QueueFull(Bound.REQUESTS, request.predictedMicros());
    }
    if (queue.requests() > 0 && queue.tokens() + request.tokens() > limits.tokens()) {
      return new QueueFull(Bound.TOKENS, request.predictedMicros());
    }
    if (request.remainingMicros() < limits.minimumMicros()
        || isHopeless(request.predictedMicros(), request.remainingMicros())) {
      return new Hopeless(request.predictedMicros());
    }
    return new Admit();
  }

  /**
   * Whether something predicted to take so long should not be begun with so much time left; never
   * where the prediction is not a number.
   */
  public static boolean isHopeless(double predictedMicros, double remainingMicros) {
    return predictedMicros > HEADROOM * remainingMicros;
  }
}
