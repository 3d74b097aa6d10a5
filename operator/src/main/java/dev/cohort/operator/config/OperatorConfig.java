package dev.cohort.operator.config;

import dev.cohort.security.TlsConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The settings as they are written down; {@link OperatorSettings} is what they mean. */
@ConfigMapping(prefix = "cohort")
public interface OperatorConfig {
  /** Address that the ports are opened on. */
  @WithDefault("0.0.0.0")
  String host();

  /** Health and metrics. */
  @WithDefault("8080")
  int metricsPort();

  /** Port for scalers; none without it. */
  OptionalInt scalerPort();

  /** Of the port for scalers. */
  TlsConfig tls();

  /** Of the port for scalers. */
  Auth auth();

  /** The operator's own namespace. */
  Optional<String> namespace();

  /** Namespaces whose ensembles are served; {@code *} for all, the operator's own if not given. */
  Optional<List<String>> namespaces();

  Images images();

  /** Whether images can be mounted as volumes: {@code auto}, {@code on} or {@code off}. */
  @WithDefault("auto")
  String imageVolumes();

  Leader leader();

  Signals signals();

  /** Who may ask. */
  interface Auth {
    /** {@code none} says that anybody may. */
    Optional<String> mode();
  }

  /** Images of the pods, where the spec of an ensemble names none. */
  interface Images {
    /** Of the seats. */
    Optional<String> student();

    /** Of the aggregators. */
    Optional<String> aggregator();

    /** {@code Always}, {@code IfNotPresent} or {@code Never}. */
    Optional<String> pullPolicy();
  }

  /** One of several operators acts. */
  interface Leader {
    /** Whether there is an election. */
    @WithDefault("true")
    boolean election();

    /** Name of the Lease in the operator's own namespace. */
    @WithDefault("cohort-operator")
    String lease();
  }

  /** How the aggregators' signals are asked for. */
  interface Signals {
    /** File that holds a token, for ensembles whose clients need one. */
    Optional<Path> token();

    /** PEM: certificate of the operator, for ensembles whose clients need one. */
    Optional<Path> certificate();

    /** PEM: that certificate's key. */
    Optional<Path> key();
  }
}
