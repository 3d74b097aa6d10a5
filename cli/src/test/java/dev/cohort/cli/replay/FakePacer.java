package dev.cohort.cli.replay;

/** A clock that moves only when somebody waits on it or moves it. For one thread. */
final class FakePacer implements Pacer {
  private long now = 1_000_000;

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public void await(long time) {
    now = Math.max(now, time);
  }

  void advanceMillis(long millis) {
    now += millis * 1_000_000;
  }
}
