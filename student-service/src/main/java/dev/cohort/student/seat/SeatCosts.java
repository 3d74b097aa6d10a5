package dev.cohort.student.seat;

import dev.cohort.policy.CostTable.Grid;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What batches cost on this seat: measured once, or read where that was done before. */
final class SeatCosts {
  private static final Logger LOG = LoggerFactory.getLogger(SeatCosts.class);

  private final Optional<CostCache> cache;
  private final CostKey key;
  private final Supplier<Grid> measurement;

  /** Written once, when the home student is warm. */
  private volatile Optional<Grid> grid = Optional.empty();

  SeatCosts(Optional<CostCache> cache, CostKey key, Supplier<Grid> measurement) {
    this.cache = cache;
    this.key = key;
    this.measurement = measurement;
  }

  /** Finds the costs, which may take a second or two. */
  void find() {
    Optional<Grid> saved = cache.flatMap(found -> found.read(key));
    if (saved.isPresent()) {
      LOG.info("costs of batches were measured before");
    }
    grid = Optional.of(saved.orElseGet(this::measure));
  }

  /** Empty until they are found. */
  Optional<Grid> grid() {
    return grid;
  }

  private Grid measure() {
    Grid measured = measurement.get();
    cache.ifPresent(kept -> kept.write(key, measured));
    return measured;
  }
}
