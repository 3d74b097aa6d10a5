package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cohort.aggregator.dispatch.PrefixSettings;
import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.control.v1.SetPrefixBoundsRequest;
import dev.cohort.protocol.control.v1.SetPrefixBoundsResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds of the prefix, set over gRPC while an aggregator with a real seat serves. */
class ControlIT {
  private static final String MODEL = "tiny-package";

  private static final PrefixSettings NO_FLOOR =
      new PrefixSettings(Duration.ofSeconds(10), Duration.ofMillis(200), 100, 1, 64);

  private static ServedPackages served;

  @BeforeAll
  static void start() throws Exception {
    served =
        ServedPackages.start(
            List.of(TinyPackage.PATH), List.of(RealSeat.start(TinyPackage.PATH, 0)), NO_FLOOR);
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  @Test
  void boundsHoldUntilTheyAreTakenBack() {
    try (SignalWatch watch = served.watch()) {
      ModelSignals before = watch.await("the first message", any -> true).getModels(0);
      assertEquals(bounds(1, 2), set(MODEL, 1, 2));
      ModelSignals bound =
          watch
              .await("two students at most", state -> state.getModels(0).getPrefixMax() == 2)
              .getModels(0);
      assertEquals(1, bound.getPrefixMin());
      watch.await("two students in use", state -> state.getModels(0).getPrefix() == 2);
      assertEquals(bounds(before.getPrefixMin(), before.getPrefixMax()), set(MODEL, 0, 0));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          4 | 0 | prefix_min is 4; allowed are 0 to 3, the students of the package
          0 | 4 | prefix_max is 4; allowed are 0 to 3, the students of the package
          3 | 2 | prefix_min is 3, above prefix_max, which is 2
          -1 | 0 | prefix_min is 4294967295; allowed are 0 to 3, the students of the package
          """)
  void wrongBoundsAreRefused(int min, int max, String text) {
    StatusRuntimeException refused =
        assertThrows(StatusRuntimeException.class, () -> set(MODEL, min, max));
    assertEquals(Status.Code.INVALID_ARGUMENT, refused.getStatus().getCode());
    assertEquals(text, refused.getStatus().getDescription());
  }

  @Test
  void unknownModelsAreNotFound() {
    StatusRuntimeException refused =
        assertThrows(StatusRuntimeException.class, () -> set("nobody", 1, 1));
    assertEquals(Status.Code.NOT_FOUND, refused.getStatus().getCode());
  }

  private static SetPrefixBoundsResponse set(String model, int min, int max) {
    return served
        .control()
        .setPrefixBounds(
            SetPrefixBoundsRequest.newBuilder()
                .setModel(model)
                .setPrefixMin(min)
                .setPrefixMax(max)
                .build());
  }

  private static SetPrefixBoundsResponse bounds(int min, int max) {
    return SetPrefixBoundsResponse.newBuilder().setPrefixMin(min).setPrefixMax(max).build();
  }
}
