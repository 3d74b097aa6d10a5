package dev.cohort.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.Offered;
import dev.cohort.protocol.burst.v1.Outcomes;
import dev.cohort.protocol.burst.v1.Queue;
import dev.cohort.protocol.burst.v1.SeatSignals;
import dev.cohort.protocol.burst.v1.WatchResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveViewTest {
  private static final LiveView PLAIN = new LiveView(false);

  private static ModelSignals.Builder model(String name, int prefix) {
    return ModelSignals.newBuilder()
        .setName(name)
        .setReady(true)
        .setStudentsTotal(4)
        .setPrefix(prefix)
        .setBurst(prefix < 4)
        .setLatencyTargetMicros(50_000)
        .setDrainMicros(32_000)
        .setOffered(Offered.newBuilder().setRequestsPerSecond(152.34).setRowsPerSecond(304.68))
        .setQueue(Queue.newBuilder().setRequests(12).setRows(24).setOldestMicros(8_000))
        .setTotal(Outcomes.newBuilder().setRequestsRefused(3));
  }

  private static SeatSignals.Builder seat(String address, SeatSignals.State state) {
    return SeatSignals.newBuilder()
        .setAddress(address)
        .setModel("clinc150")
        .setState(state)
        .setBusyShare(0.41)
        .setBacklogMicros(12_000);
  }

  private static WatchResponse burst() {
    return WatchResponse.newBuilder()
        .addModels(model("clinc150", 2))
        .addSeats(seat("127.0.0.1:41231", SeatSignals.State.SERVING))
        .addSeats(seat("127.0.0.1:41232", SeatSignals.State.DOWN))
        .addSeats(seat("127.0.0.1:41233", SeatSignals.State.SERVING).setSlow(true))
        .build();
  }

  @Test
  void showsModelsAndSeats() {
    assertEquals(
        List.of(
            "clinc150     [##--] students 2/4 pruned  152.3 requests/s  304.7 rows/s",
            "  queue 12  oldest 8.00 ms  drain 32.00 ms of 50.00 ms  refused 3  degraded 0",
            "  127.0.0.1:41231          serving  [####------] busy  41 %  backlog 12.00 ms",
            "  127.0.0.1:41232          down",
            "  127.0.0.1:41233          slow     [####------] busy  41 %  backlog 12.00 ms"),
        PLAIN.picture(burst()));
  }

  @Test
  void logsOneLineForEachModel() {
    assertEquals(
        List.of(
            "clinc150: students 2/4 pruned, 152.3 requests/s, 304.7 rows/s, queue 12, oldest 8.00 ms,"
                + " drain 32.00 ms of 50.00 ms, refused 3, degraded 0, seats 2/3"),
        PLAIN.log(burst()));
  }

  @Test
  void coloursWhatNeedsAttention() {
    List<String> lines = new LiveView(true).picture(burst());
    assertTrue(lines.get(0).startsWith("\u001b[33mclinc150"), lines.get(0));
    assertTrue(lines.get(0).endsWith("\u001b[0m"), lines.get(0));
    assertFalse(lines.get(2).contains("\u001b"), lines.get(2));
    assertTrue(lines.get(3).startsWith("\u001b[31m"), lines.get(3));
    assertTrue(lines.get(4).startsWith("\u001b[33m"), lines.get(4));
  }

  @Test
  void allStudentsAreNotPruned() {
    WatchResponse calm = WatchResponse.newBuilder().addModels(model("clinc150", 4)).build();
    String line = PLAIN.picture(calm).getFirst();
    assertTrue(line.startsWith("clinc150     [####] students 4/4  152.3"), line);
  }

  @Test
  void saysWhatIsNotKnown() {
    WatchResponse starting =
        WatchResponse.newBuilder()
            .addModels(model("clinc150", 4).setReady(false).clearDrainMicros())
            .build();
    List<String> lines = PLAIN.picture(starting);
    assertTrue(lines.get(0).contains("students 4/4 not ready"), lines.get(0));
    assertTrue(lines.get(1).contains("drain - of 50.00 ms"), lines.get(1));
  }

  @Test
  void fitsIntoAnEmptyTerminal() {
    WatchResponse.Builder crowded = WatchResponse.newBuilder();
    for (int i = 0; i < 30; i++) {
      crowded.addModels(
          model("a-model-with-a-very-long-name-" + i, 3)
              .setStudentsTotal(64)
              .setOffered(Offered.newBuilder().setRequestsPerSecond(1e7).setRowsPerSecond(1e8)));
      crowded.addSeats(
          seat("seat-" + i + "." + "x".repeat(100) + ":9100", SeatSignals.State.SERVING)
              .setBusyShare(3)
              .setBacklogMicros(1e12));
    }
    List<String> lines = PLAIN.picture(crowded.build());
    assertEquals(LiveView.LINES, lines.size());
    assertEquals("and 71 more lines", lines.getLast());
    lines.forEach(line -> assertTrue(line.length() <= LiveView.COLUMNS, line));
  }
}
