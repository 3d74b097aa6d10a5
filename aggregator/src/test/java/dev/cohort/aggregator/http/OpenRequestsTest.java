package dev.cohort.aggregator.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.Await;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpenRequestsTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final OpenRequests requests = new OpenRequests();

  @Test
  void waitsForTheLast() throws Exception {
    assertTrue(requests.begin());
    assertTrue(requests.begin());
    Thread waiting = Thread.ofPlatform().daemon().start(this::await);
    Await.until("it waits", () -> waiting.getState() == Thread.State.TIMED_WAITING);
    requests.end();
    Await.until("it waits again", () -> waiting.getState() == Thread.State.TIMED_WAITING);
    requests.end();
    assertTrue(waiting.join(Duration.ofSeconds(20)));
  }

  private void await() {
    try {
      requests.await(LONG);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void patienceEnds() throws Exception {
    assertTrue(requests.begin());
    requests.await(Duration.ofMillis(1));
    requests.await(Duration.ofSeconds(-1));
  }

  @Test
  void takesNoMoreWhileDraining() throws Exception {
    requests.beginDrain();
    assertFalse(requests.begin());
    requests.await(LONG);
  }
}
