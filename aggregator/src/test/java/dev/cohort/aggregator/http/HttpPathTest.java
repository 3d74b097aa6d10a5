package dev.cohort.aggregator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HttpPathTest {
  private static void assertModel(String path, String name, String version, HttpPath.Part part) {
    assertEquals(Optional.of(new HttpPath.Model(name, version, part)), HttpPath.parse(path));
  }

  @Test
  void readsThePathsOfTheProtocol() {
    assertEquals(Optional.of(new HttpPath.Server()), HttpPath.parse("/v2"));
    assertEquals(Optional.of(new HttpPath.Server()), HttpPath.parse("/v2/"));
    assertEquals(Optional.of(new HttpPath.Live()), HttpPath.parse("/v2/health/live"));
    assertEquals(Optional.of(new HttpPath.Ready()), HttpPath.parse("/v2/health/ready"));
    assertModel("/v2/models/m", "m", "", HttpPath.Part.METADATA);
    assertModel("/v2/models/m/ready", "m", "", HttpPath.Part.READY);
    assertModel("/v2/models/m/config", "m", "", HttpPath.Part.CONFIG);
    assertModel("/v2/models/m/infer", "m", "", HttpPath.Part.INFER);
    assertModel("/v2/models/m/stats", "m", "", HttpPath.Part.STATISTICS);
    assertModel("/v2/models/m/versions/3/stats", "m", "3", HttpPath.Part.STATISTICS);
    assertModel("/v2/models/stats/ready", "stats", "", HttpPath.Part.READY);
    assertEquals(Optional.of(new HttpPath.Statistics()), HttpPath.parse("/v2/models/stats"));
    assertModel("/v2/models/m/versions/3", "m", "3", HttpPath.Part.METADATA);
    assertModel("/v2/models/m/versions/3/infer", "m", "3", HttpPath.Part.INFER);
    assertModel("/v2/models/a%20b+c/infer", "a b+c", "", HttpPath.Part.INFER);
  }

  @Test
  void everythingElseIsUnknown() {
    for (String path :
        List.of(
            "",
            "/",
            "/v1",
            "/v2x",
            "/v2/health",
            "/v2/models",
            "/v2/models/m/stats/x",
            "/v2/models/m/infer/x",
            "/v2/models/m/versions",
            "/v2/repository/index",
            "v2")) {
      assertEquals(Optional.empty(), HttpPath.parse(path), path);
    }
  }
}
