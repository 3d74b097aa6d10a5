package dev.cohort.observability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-01";
  private static final String NOT_SAMPLED = "00-" + TRACE + "-00f067aa0ba902b7-00";

  // Nobody listens there: spans are made and dropped.
  private final Tracing none = to(0);
  private final Tracing all = to(1);

  private static Tracing to(double ratio) {
    URI nobody = URI.create("http://127.0.0.1:1/v1/traces");
    return Tracing.start(new TracingSettings(nobody, ratio), "test", "1");
  }

  @AfterEach
  void close() {
    none.close();
    all.close();
  }

  @Test
  void aCallersDecisionIsFollowed() {
    assertTrue(none.serve("work", SAMPLED, 0).isOn());
    assertSame(TraceSpan.NONE, all.serve("work", NOT_SAMPLED, 0));
    assertSame(TraceSpan.NONE, none.serve("work", "", 0));
    assertTrue(all.serve("work", "", 0).isOn());
  }

  @Test
  void theTraceGoesOnInCalls() {
    TraceSpan work = none.serve("work", SAMPLED, 0);
    TraceSpan call = work.call("other");
    assertTrue(work.parentText().startsWith("00-" + TRACE + "-"), work.parentText());
    assertTrue(call.parentText().startsWith("00-" + TRACE + "-"), call.parentText());
    assertTrue(call.parentText().endsWith("-01"), call.parentText());
    assertNotEquals(work.parentText(), call.parentText());
    assertTrue(none.serve("there", call.parentText(), 0).isOn());
  }

  @Test
  void workForSeveralBelongsToTheFirst() {
    String other = SAMPLED.replace("0af7", "1af7");
    TraceSpan first = none.serve("one", SAMPLED, 0);
    TraceSpan second = none.serve("two", other, 0);
    assertTrue(
        TraceSpan.joint("both", List.of(first, second))
            .parentText()
            .startsWith("00-" + TRACE + "-"));
    assertSame(TraceSpan.NONE, TraceSpan.joint("none", List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "00-0-0-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01"})
  void whatCannotBeReadIsNoParent(String text) {
    assertSame(TraceSpan.NONE, none.serve("work", text, 0));
    TraceSpan begun = all.serve("work", text, 0);
    assertTrue(begun.isOn());
    assertFalse(begun.parentText().contains(TRACE));
  }

  @Test
  void whatIsNotTracedAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 1000; i++) {
      untraced();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 10_000; i++) {
      untraced();
    }
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    // The measurement itself may; 10,000 objects would be 160,000 bytes at least.
    assertTrue(bytes < 10_000, bytes + " bytes");
  }

  private static void untraced() {
    TraceSpan work = Tracing.OFF.serve("work", "", 1);
    TraceSpan batch = TraceSpan.joint("batch", List.of());
    batch.note("rows", 1);
    TraceSpan call = batch.call("other");
    call.note("where", "there");
    assertEquals("", call.parentText());
    work.part("engine", 1, 2, "student", 1);
    call.end();
    work.fail("no");
    work.end();
  }
}
