package dev.cohort.student.seat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Accepted batches that wait for a lane, first come, first served. Bounded by the credits of the
 * streams. After {@link #drain} nothing more is accepted; what was accepted is still handed out.
 * Thread-safe.
 */
final class WorkQueue {
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Guarded by {@link #lock}. */
  private final Deque<Batch> waiting = new ArrayDeque<>();

  /** Batches taken and not finished. Guarded by {@link #lock}. */
  private int running;

  /** Guarded by {@link #lock}. */
  private boolean draining;

  /** Guarded by {@link #lock}. */
  private boolean closed;

  /** False when the seat is draining. */
  boolean accept(Batch batch) {
    lock.lock();
    try {
      if (draining) {
        return false;
      }
      waiting.add(batch);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The next batch, if one waits. The caller then calls {@link #finished}. */
  Optional<Batch> poll() {
    lock.lock();
    try {
      Optional<Batch> next = Optional.ofNullable(waiting.poll());
      next.ifPresent(batch -> running++);
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until a batch waits; false when the queue is closed. */
  boolean awaitWork() throws InterruptedException {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closed) {
        changed.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** A taken batch is answered. */
  void finished() {
    lock.lock();
    try {
      running--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Batches that wait for a lane. */
  int length() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  boolean isDraining() {
    lock.lock();
    try {
      return draining;
    } finally {
      lock.unlock();
    }
  }

  /** Accepts nothing from now on. */
  void drain() {
    lock.lock();
    try {
      draining = true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nothing waits or runs; false when the time is over before. */
  boolean awaitIdle(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (!waiting.isEmpty() || running > 0) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Drops what waits and lets the lanes end. */
  void close() {
    lock.lock();
    try {
      draining = true;
      closed = true;
      waiting.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
