package dev.cohort.student.seat;

import dev.cohort.observability.TracingConfig;
import dev.cohort.policy.PrecisionPolicy.Wanted;
import dev.cohort.security.ServerSecurity;
import dev.cohort.security.TlsConfig;
import dev.cohort.student.engine.Device;
import dev.cohort.student.engine.EngineSettings;
import dev.cohort.student.fetch.FetchSettings;
import dev.cohort.student.seat.Holdings.Regime;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The seat's configuration keys. {@link SeatSettings} says what each means and allows. */
@ConfigMapping(prefix = "cohort")
public interface SeatConfig {
  @WithName("package")
  Optional<Path> packageFolder();

  @WithDefault("0")
  int homeStudent();

  @WithDefault("shared")
  String regime();

  /** Default: what the machine leaves. */
  Optional<String> memoryBudget();

  Optional<Path> costCache();

  @WithDefault("127.0.0.1")
  String host();

  @WithDefault("9100")
  int port();

  /** Port of health and metrics, on the same address. */
  @WithDefault("9101")
  int metricsPort();

  @WithDefault("1")
  int lanes();

  @WithDefault("1")
  int intraOpThreads();

  @WithDefault("cpu")
  String device();

  @WithDefault("0")
  int deviceId();

  Optional<String> deviceMemory();

  Optional<Path> engineCache();

  @WithDefault("fp32")
  String precision();

  @WithDefault("1.0")
  double precisionFloor();

  @WithDefault("256")
  int maxRows();

  @WithDefault("8192")
  int maxTokens();

  @WithDefault("512")
  int maxRowTokens();

  /** Default: two for each lane, one running and one prefetched. */
  OptionalInt credits();

  @WithDefault("64")
  int maxStreams();

  @WithDefault("10s")
  Duration maxQueueTime();

  @WithDefault("20s")
  Duration drainTimeout();

  /** TLS of the gRPC port. */
  TlsConfig tls();

  Auth auth();

  /** What the command {@code fetch} fetches before a seat starts. */
  Fetch fetch();

  /** Where traces go. */
  TracingConfig tracing();

  /** Who may send batches. */
  interface Auth {
    /** {@code none} lets anybody. */
    Optional<String> mode();
  }

  /** The archive of a package. */
  interface Fetch {
    /** Address. */
    Optional<URI> url();

    /** SHA-256 of the archive. */
    Optional<String> sha256();

    /** Most bytes of the unpacked files. */
    @WithDefault("2Gi")
    String sizeLimit();

    /** Where the files come into. */
    Optional<Path> folder();

    /** Time for all of it. */
    @WithDefault("10m")
    Duration timeout();
  }

  /**
   * What is to be fetched.
   *
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  default FetchSettings fetchSettings() {
    return new FetchSettings(
        set("cohort.fetch.url", fetch().url()),
        set("cohort.fetch.sha256", fetch().sha256()),
        ByteSize.parse("cohort.fetch.size-limit", fetch().sizeLimit()),
        set("cohort.fetch.folder", fetch().folder()),
        fetch().timeout());
  }

  private static <T> T set(String key, Optional<T> value) {
    return value.orElseThrow(
        () -> new IllegalArgumentException("%s is not set; fetch needs it".formatted(key)));
  }

  /**
   * How the gRPC port is protected; reads the files.
   *
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  default ServerSecurity security() {
    return ServerSecurity.ofCertificates(host(), tls(), auth().mode());
  }

  /**
   * Checks all values.
   *
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  default SeatSettings settings() {
    return new SeatSettings(
        packageFolder()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "cohort.package is not set; it names the package folder to serve")),
        new Holdings(
            homeStudent(),
            Choice.of("cohort.regime", regime(), Regime.class),
            bytes("cohort.memory-budget", memoryBudget())),
        host(),
        port(),
        lanes(),
        new EngineSettings(
            Choice.of("cohort.device", device(), Device.class),
            deviceId(),
            intraOpThreads(),
            bytes("cohort.device-memory", deviceMemory()),
            engineCache()),
        new PrecisionSettings(
            Choice.of("cohort.precision", precision(), Wanted.class), precisionFloor()),
        maxRows(),
        maxTokens(),
        maxRowTokens(),
        credits().orElse(2 * lanes()),
        maxStreams(),
        maxQueueTime(),
        drainTimeout(),
        costCache());
  }

  private static OptionalLong bytes(String key, Optional<String> size) {
    return size.map(text -> OptionalLong.of(ByteSize.parse(key, text)))
        .orElseGet(OptionalLong::empty);
  }
}
