package dev.cohort.student.seat;

import dev.cohort.packages.Manifest;
import dev.cohort.student.engine.StudentEngine;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the students of a seat: the home student on the caller's thread, the others in the
 * background while the seat already works, one after the other, inside the memory budget. One that
 * cannot be loaded is left out: the seat works on with those it has.
 *
 * <p>Thread-safe.
 */
final class StudentLoader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StudentLoader.class);

  private final Holdings holdings;
  private final Manifest manifest;
  private final StudentEngine engine;
  private final WarmUp warmUp;
  private final SeatMetrics metrics;
  private final boolean lowPriority;

  /** Held while a student is loaded: the process must not end in the middle of that. */
  private final Lock loading = new ReentrantLock();

  /** Used by the thread that loads. */
  private final MemoryBudget budget;

  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;

  /**
   * @param lowPriority whether the background thread leaves the processor to others; not where
   *     sessions have threads of their own, since those would inherit it
   */
  StudentLoader(
      Holdings holdings,
      Manifest manifest,
      StudentEngine engine,
      WarmUp warmUp,
      MemoryBudget budget,
      SeatMetrics metrics,
      boolean lowPriority) {
    this.holdings = holdings;
    this.manifest = manifest;
    this.engine = engine;
    this.warmUp = warmUp;
    this.budget = budget;
    this.metrics = metrics;
    this.lowPriority = lowPriority;
  }

  /**
   * Loads and warms the home student, and then runs an action on it.
   *
   * @return false when the loader was closed before
   * @throws dev.cohort.student.engine.EngineException when it fails
   */
  boolean loadHome(Runnable action) {
    loading.lock();
    try {
      load(holdings.home());
      if (!closed) {
        action.run();
      }
      return !closed;
    } finally {
      loading.unlock();
    }
  }

  /** Starts to load the others. */
  void loadOthers() {
    Thread.ofPlatform().name("preload").daemon().start(this::runOthers);
  }

  /** Whether students may still be added. */
  boolean isLoading() {
    return ended.getCount() > 0;
  }

  /** Waits until all students are loaded that will be; false when the time is over before. */
  boolean await(long time, TimeUnit unit) throws InterruptedException {
    return ended.await(time, unit);
  }

  /** Loads nothing more; returns when what is being loaded now is done. */
  @Override
  public void close() {
    closed = true;
    loading.lock();
    loading.unlock();
  }

  private void runOthers() {
    try {
      if (lowPriority) {
        BackgroundPriority.take();
      }
      loadAll(holdings.others(manifest.studentsTotal()));
    } finally {
      ended.countDown();
      LOG.info("students {} of {} are loaded", engine.students(), manifest.studentsTotal());
    }
  }

  private void loadAll(Collection<Integer> students) {
    for (int student : students) {
      if (closed || !fits(student)) {
        return;
      }
      tryLoad(student);
    }
  }

  /** The loop's edge: whatever goes wrong with one student, the seat works on. */
  private void tryLoad(int student) {
    try {
      load(student);
    } catch (RuntimeException | Error e) {
      LOG.error("student {} cannot be loaded; the seat works without it", student, e);
      metrics.loadFailed();
    }
  }

  private boolean fits(int student) {
    long needed = MemoryBudget.bytes(manifest, student);
    if (needed <= budget.left()) {
      return true;
    }
    LOG.info(
        "student {} and later ones are not loaded: it takes {} bytes, of the memory budget {} are"
            + " left",
        student,
        needed,
        budget.left());
    return false;
  }

  private void load(int student) {
    loading.lock();
    try {
      if (closed) {
        return;
      }
      engine.load(student);
      warmUp.run(student);
      budget.take(MemoryBudget.bytes(manifest, student));
      LOG.info("student {} loaded", student);
    } finally {
      loading.unlock();
    }
  }
}
