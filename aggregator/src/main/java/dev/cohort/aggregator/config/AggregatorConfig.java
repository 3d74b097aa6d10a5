package dev.cohort.aggregator.config;

import dev.cohort.observability.TracingConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings as they are written down; {@link Settings} is what they mean. */
@ConfigMapping(prefix = "cohort")
public interface AggregatorConfig {
  /** Package folders, comma-separated. */
  Optional<List<Path>> packages();

  /** Where seats are: host:port, dns:///... or kubernetes:///..., comma-separated. */
  Optional<List<String>> seats();

  /** Address that the ports are opened on. */
  @WithDefault("127.0.0.1")
  String host();

  /** Open Inference Protocol over gRPC. */
  @WithDefault("8001")
  int grpcPort();

  /** Open Inference Protocol over HTTP. */
  @WithDefault("8000")
  int httpPort();

  /** Prometheus metrics and health of the process. */
  @WithDefault("8002")
  int metricsPort();

  /** Time for a request that brings no deadline. */
  @WithDefault("30s")
  Duration timeout();

  /** Time for requests in flight when the process stops. */
  @WithDefault("20s")
  Duration drain();

  /** Threads that tokenise text; 0: half the processors, 1 to 8. */
  @WithDefault("0")
  int tokenizerThreads();

  /** Predicted time to an answer beyond which students are dropped. */
  @WithDefault("50ms")
  Duration latencyTarget();

  /** Points of the package's metric on its dev split that pruning may give up. */
  @WithDefault("1.0")
  double qualityFloor();

  /** Whether a batch waits for more rows while a lane is free: hungry or lazy. */
  @WithDefault("hungry")
  String batching();

  /** How long the oldest row waits for others when batching is lazy. */
  @WithDefault("5ms")
  Duration batchingWindow();

  /** Utilisation of the other seats below which all work of a silent seat is copied. */
  @WithDefault("0.7")
  double hedgeBelow();

  Students students();

  Limits limits();

  /** Where traces go. */
  TracingConfig tracing();

  /** How many students may answer. */
  interface Students {
    /** Fewest; the floor prefix of the package where that is more. */
    @WithDefault("1")
    int min();

    /** Most; all of the package where that is fewer. */
    @WithDefault("64")
    int max();

    /** How long it must be calm before one student comes back. */
    @WithDefault("500ms")
    Duration quiet();
  }

  /** What is refused. */
  interface Limits {
    /** Bytes of one request, decompressed. */
    @WithDefault("8388608")
    int messageBytes();

    /** Rows of one request. */
    @WithDefault("256")
    int rows();

    /** Requests that may wait for a seat. */
    @WithDefault("1024")
    int queueRequests();

    /** Tokens of the requests that may wait for a seat. */
    @WithDefault("262144")
    int queueTokens();

    /** Bytes of the requests that may wait for a seat; and of the HTTP bodies being received. */
    @WithDefault("134217728")
    int queueBytes();

    /** Connections of gRPC clients at a time, and as many of HTTP clients. */
    @WithDefault("1024")
    int connections();

    /** Calls of one gRPC connection at a time. */
    @WithDefault("1024")
    int streams();
  }
}
