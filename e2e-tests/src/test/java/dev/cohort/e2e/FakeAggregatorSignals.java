package dev.cohort.e2e;

import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.Offered;
import dev.cohort.protocol.burst.v1.Queue;
import dev.cohort.protocol.burst.v1.WatchResponse;

/**
 * The load that an aggregator sees.
 *
 * @param digest of its package, one hexadecimal digit, repeated
 * @param students of its package
 * @param prefix in use
 * @param lanes that one student keeps busy
 */
public record FakeAggregatorSignals(String digest, int students, int prefix, double lanes) {
  /** No load on all students of a package. */
  public static FakeAggregatorSignals calm(int students) {
    return new FakeAggregatorSignals("a", students, students, 0);
  }

  /** More load than all students bear. */
  public FakeAggregatorSignals burst(int prefix, double lanes) {
    return new FakeAggregatorSignals(digest, students, prefix, lanes);
  }

  /** As the aggregator of this name says it. */
  public WatchResponse message(String id) {
    return WatchResponse.newBuilder()
        .setAggregatorId(id)
        .addModels(
            ModelSignals.newBuilder()
                .setName("model")
                .setVersion("1")
                .setPackageDigest("sha256:" + digest.repeat(64))
                .setReady(true)
                .setStudentsTotal(students)
                .setPrefix(prefix)
                .setPrefixMin(1)
                .setPrefixMax(students)
                .setPrefixFloor(1)
                .setBurst(prefix < students)
                .setLatencyTargetMicros(50_000)
                .setDrainFullMicros(prefix < students ? 200_000 : 1_000)
                .setDrainMicros(1_000)
                .setOffered(Offered.newBuilder().setStudentMicrosPerSecond(lanes * 1e6))
                .setQueue(Queue.getDefaultInstance()))
        .build();
  }
}
