package dev.cohort.student.seat;

import dev.cohort.security.ServerSecurity;
import dev.cohort.security.TlsConfig;
import dev.cohort.student.seat.SeatSettings.Load;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** The seat's configuration keys. {@link SeatSettings} says what each means and allows. */
@ConfigMapping(prefix = "cohort")
public interface SeatConfig {
  @WithName("package")
  Optional<Path> packageFolder();

  @WithDefault("0")
  int homeStudent();

  @WithDefault("all")
  Load load();

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

  /** Who may send batches. */
  interface Auth {
    /** {@code none} lets anybody. */
    Optional<String> mode();
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
        homeStudent(),
        load(),
        host(),
        port(),
        lanes(),
        intraOpThreads(),
        maxRows(),
        maxTokens(),
        maxRowTokens(),
        credits().orElse(2 * lanes()),
        maxStreams(),
        maxQueueTime(),
        drainTimeout());
  }
}
