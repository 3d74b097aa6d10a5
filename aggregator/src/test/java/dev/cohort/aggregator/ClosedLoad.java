package dev.cohort.aggregator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Callers that call one time after the other until they are stopped, however quick the machine. */
final class ClosedLoad implements AutoCloseable {
  private final ExecutorService threads;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicInteger calls = new AtomicInteger();
  private final List<Future<?>> callers = new ArrayList<>();

  /** Starts so many callers; {@code call} gets the number of the call. */
  ClosedLoad(int callers, IntConsumer call) {
    threads = Executors.newFixedThreadPool(callers);
    for (int i = 0; i < callers; i++) {
      this.callers.add(threads.submit(() -> callOften(call)));
    }
  }

  private void callOften(IntConsumer call) {
    while (!stopped.get()) {
      call.accept(calls.getAndIncrement());
    }
  }

  /** Ends the load; throws what a caller met. Returns how many calls there were. */
  int stop() throws Exception {
    stopped.set(true);
    for (Future<?> caller : callers) {
      caller.get();
    }
    return calls.get();
  }

  @Override
  public void close() {
    stopped.set(true);
    threads.close();
  }
}
