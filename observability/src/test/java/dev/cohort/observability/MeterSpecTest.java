package dev.cohort.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MeterSpecTest {
  private static final MeterSpec COUNTER =
      MeterSpec.counter("cohort.some.events", "events", "Events", "kind");
  private static final MeterSpec BUSY = MeterSpec.counter("cohort.busy.seconds", "seconds", "Busy");
  private static final MeterSpec GAUGE = MeterSpec.gauge("cohort.level", "things", "Level");
  private static final MeterSpec TIMER = MeterSpec.timer("cohort.work", "Work", "who");
  private static final MeterSpec SIZES = MeterSpec.sizes("cohort.batch.rows", "rows", "Rows");
  private static final MeterSpec STEPS = MeterSpec.steps("cohort.steps", "steps", "Steps");

  @Test
  void theNamesThatArePrintedAreThoseThatPrometheusSees() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    COUNTER.counter(registry, "a").increment();
    BUSY.counter(registry).increment(0.25);
    GAUGE.gauge(registry, () -> 3);
    TIMER.timer(registry, "me").record(20, TimeUnit.MILLISECONDS);
    SIZES.sizes(registry).record(5);
    STEPS.steps(registry, 3).record(2);
    List<String> lines = registry.scrape().lines().toList();
    for (String line :
        List.of(
            COUNTER.exported() + "{kind=\"a\"} 1.0",
            BUSY.exported() + " 0.25",
            GAUGE.exported() + " 3.0",
            TIMER.exported() + "_bucket{who=\"me\",le=\"0.02\"} 1",
            TIMER.exported() + "_bucket{who=\"me\",le=\"0.01\"} 0",
            SIZES.exported() + "_bucket{le=\"8.0\"} 1",
            SIZES.exported() + "_bucket{le=\"4.0\"} 0",
            STEPS.exported() + "_bucket{le=\"2.0\"} 1",
            STEPS.exported() + "_bucket{le=\"1.0\"} 0")) {
      assertTrue(lines.contains(line), line + " is not in " + lines);
    }
    assertTrue(lines.contains("# HELP " + COUNTER.exported() + " Events"), lines.toString());
  }

  @Test
  void theSameLabelsAreTheSameMeter() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    assertSame(COUNTER.counter(registry, "a"), COUNTER.counter(registry, "a"));
    COUNTER.counter(registry, "b").increment();
    assertEquals(0, COUNTER.counter(registry, "a").count());
  }

  @Test
  void wrongUseSaysSo() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    assertTrue(
        assertThrows(IllegalStateException.class, () -> COUNTER.counter(registry))
            .getMessage()
            .contains("cohort.some.events has the labels [kind], and got 0 values"));
    assertTrue(
        assertThrows(IllegalStateException.class, () -> COUNTER.timer(registry, "a"))
            .getMessage()
            .contains("is a COUNTER, not a TIMER"));
  }
}
