package dev.cohort.operator.config;

import dev.cohort.operator.desired.Image;
import dev.cohort.security.ServerSecurity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the operator was told.
 *
 * @param namespace its own
 * @param namespaces that it serves; empty for all
 * @param seatImage where a spec names none
 * @param aggregatorImage where a spec names none
 * @param imageVolumes whether images can be mounted
 * @param lease name of the Lease; empty without an election
 * @param credentials what it shows to aggregators that ask
 * @param scaler where scalers are answered; empty for nowhere
 */
public record OperatorSettings(
    String namespace,
    Set<String> namespaces,
    Image seatImage,
    Image aggregatorImage,
    Feature imageVolumes,
    Optional<String> lease,
    Credentials credentials,
    Optional<ScalerEndpoint> scaler) {
  private static final String ALL = "*";
  private static final int MOST_PORT = 65_535;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Set<String> PULL = Set.of("Always", "IfNotPresent", "Never");

  /** Whether something that only some clusters can do is used. */
  public enum Feature {
    /** Where the cluster's version has it. */
    AUTO,
    /** Always. */
    ON,
    /** Never. */
    OFF
  }

  /**
   * What aggregators may ask for.
   *
   * @param token file with a token
   * @param certificate PEM file
   * @param key PEM file; given together with the certificate
   */
  public record Credentials(Optional<Path> token, Optional<Path> certificate, Optional<Path> key) {
    /** Nothing to show. */
    public static Credentials none() {
      return new Credentials(Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  /**
   * Where scalers are answered.
   *
   * @param security closed by the server
   */
  public record ScalerEndpoint(String host, int port, ServerSecurity security) {}

  /** Copies the namespaces. */
  public OperatorSettings {
    namespaces = Set.copyOf(namespaces);
  }

  /**
   * What the settings mean.
   *
   * @throws IllegalArgumentException naming every wrong key, its value and what is allowed
   */
  public static OperatorSettings of(OperatorConfig config) {
    List<String> faults = new ArrayList<>();
    String own = namespace(config, faults);
    List<String> named = config.namespaces().orElse(List.of(own));
    boolean all = named.contains(ALL);
    if (all && named.size() > 1) {
      faults.add("cohort.namespaces is %s; * stands alone".formatted(String.join(",", named)));
    }
    if (!all) {
      named.forEach(name -> checkLabel("cohort.namespaces", name, faults));
    }
    String pull = config.images().pullPolicy().orElse(null);
    if (pull != null && !PULL.contains(pull)) {
      faults.add(
          "cohort.images.pull-policy is %s; allowed are Always, IfNotPresent, Never"
              .formatted(pull));
    }
    Image seats = image("cohort.images.student", config.images().student(), pull, faults);
    Image aggregators =
        image("cohort.images.aggregator", config.images().aggregator(), pull, faults);
    Feature volumes = feature(config.imageVolumes(), faults);
    if (config.signals().certificate().isPresent() != config.signals().key().isPresent()) {
      faults.add(
          "cohort.signals.certificate and cohort.signals.key belong together; one is missing");
    }
    Optional<ScalerEndpoint> scaler = scaler(config, faults);
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
    return new OperatorSettings(
        own,
        all ? Set.of() : Set.copyOf(named),
        seats,
        aggregators,
        volumes,
        config.leader().election() ? Optional.of(config.leader().lease()) : Optional.empty(),
        new Credentials(
            config.signals().token(), config.signals().certificate(), config.signals().key()),
        scaler);
  }

  private static Optional<ScalerEndpoint> scaler(OperatorConfig config, List<String> faults) {
    if (config.scalerPort().isEmpty()) {
      return Optional.empty();
    }
    int port = config.scalerPort().getAsInt();
    if (port < 1 || port > MOST_PORT || port == config.metricsPort()) {
      faults.add(
          "cohort.scaler-port is %d; allowed are 1 to %d, but not cohort.metrics-port, %d"
              .formatted(port, MOST_PORT, config.metricsPort()));
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ScalerEndpoint(
              config.host(),
              port,
              ServerSecurity.ofCertificates(config.host(), config.tls(), config.auth().mode())));
    } catch (IllegalArgumentException e) {
      faults.add(e.getMessage());
      return Optional.empty();
    }
  }

  private static String namespace(OperatorConfig config, List<String> faults) {
    if (config.namespace().isEmpty()) {
      faults.add("cohort.namespace is not set; in a pod it is the pod's namespace");
      return "";
    }
    checkLabel("cohort.namespace", config.namespace().get(), faults);
    return config.namespace().get();
  }

  private static void checkLabel(String key, String value, List<String> faults) {
    if (!value.isEmpty() && !LABEL.matcher(value).matches()) {
      faults.add("%s is %s; allowed are names of namespaces".formatted(key, value));
    }
  }

  private static Image image(
      String key, Optional<String> reference, String pull, List<String> faults) {
    if (reference.isEmpty()) {
      faults.add("%s is not set; it names the image of these pods".formatted(key));
    }
    return new Image(reference.orElse(""), pull);
  }

  private static Feature feature(String value, List<String> faults) {
    return switch (value) {
      case "auto" -> Feature.AUTO;
      case "on" -> Feature.ON;
      case "off" -> Feature.OFF;
      default -> {
        faults.add("cohort.image-volumes is %s; allowed are auto, on, off".formatted(value));
        yield Feature.AUTO;
      }
    };
  }
}
