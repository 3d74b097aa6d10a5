package dev.cohort.student.seat;

/**
 * Divides a seat's credits among its streams: each may have {@code max(1, credits / streams)}
 * batches here. A credit once granted is never taken back, so when a stream opens, the others
 * shrink to their new share as their batches end. Thread-safe.
 */
final class CreditPool {
  private final int credits;

  /** Guarded by this. */
  private int streams;

  CreditPool(int credits) {
    this.credits = credits;
  }

  /** A stream's account. Thread-safe. */
  final class Account {
    /** Credits that the client holds unused. Guarded by the pool. */
    private int held;

    /** Credits that the client has spent on batches not ended yet. Guarded by the pool. */
    private int spent;

    /** Guarded by the pool. */
    private boolean closed;

    /** Spends a credit; false when the client holds none. */
    boolean spend() {
      synchronized (CreditPool.this) {
        if (held == 0) {
          return false;
        }
        held--;
        spent++;
        return true;
      }
    }

    /** Ends a batch and returns the credits to grant with its last message. */
    int end() {
      synchronized (CreditPool.this) {
        spent--;
        return grant();
      }
    }

    /** Gives the share back to the other streams. Does nothing the second time. */
    void close() {
      synchronized (CreditPool.this) {
        if (!closed) {
          closed = true;
          streams--;
        }
      }
    }

    private int grant() {
      int share = Math.max(1, credits / Math.max(1, streams));
      int granted = Math.max(0, share - held - spent);
      held += granted;
      return granted;
    }
  }

  /** A newly opened stream: its account, and the credits to grant at once. */
  record Opened(Account account, int credits) {}

  /** Opens an account and grants its first credits. */
  synchronized Opened open() {
    streams++;
    Account account = new Account();
    return new Opened(account, account.grant());
  }

  /** Accounts that are open. */
  synchronized int streams() {
    return streams;
  }
}
