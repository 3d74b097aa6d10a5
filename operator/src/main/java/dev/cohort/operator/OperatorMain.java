package dev.cohort.operator;

import dev.cohort.operator.check.CheckCommand;
import dev.cohort.operator.config.OperatorConfig;
import dev.cohort.operator.config.OperatorSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's process, or with arguments a {@link CheckCommand}. Exit codes: 0 after a signal, 1
 * when the API server cannot be used or the Lease is lost, 2 for wrong settings.
 */
@QuarkusMain
@ApplicationScoped
public class OperatorMain implements QuarkusApplication {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);

  private final OperatorConfig config;
  private final MeterRegistry registry;
  private volatile Optional<OperatorRuntime> running = Optional.empty();
  private volatile Optional<KubernetesClient> client = Optional.empty();

  /** Called by the container. */
  @Inject
  public OperatorMain(OperatorConfig config, MeterRegistry registry) {
    this.config = config;
    this.registry = registry;
  }

  @Override
  public int run(String... arguments) {
    if (arguments.length > 0 && arguments[0].equals(CheckCommand.NAME)) {
      return check(List.of(arguments));
    }
    OperatorSettings settings;
    try {
      settings = OperatorSettings.of(config);
    } catch (IllegalArgumentException e) {
      LOG.error("wrong settings: {}", e.getMessage());
      return 2;
    }
    client = Optional.of(OperatorClient.open());
    running =
        Optional.of(
            OperatorRuntime.start(
                settings, client.get(), registry, identity(), OperatorMain::deposed));
    Quarkus.waitForExit();
    return 0;
  }

  private static int check(List<String> arguments) {
    try (KubernetesClient client = new KubernetesClientBuilder().build()) {
      return CheckCommand.run(client, arguments);
    }
  }

  void stop(@Observes ShutdownEvent event) {
    running.ifPresent(OperatorRuntime::close);
    client.ifPresent(KubernetesClient::close);
  }

  /** Whether the operator acts, or stands by, as it should; not before it has begun. */
  boolean isReady() {
    return running.map(OperatorRuntime::isReady).orElse(false);
  }

  /** Whatever this process still does, another may be doing too: there is no orderly end. */
  private static void deposed() {
    LOG.error("the Lease is lost; another operator takes over");
    Runtime.getRuntime().halt(1);
  }

  private static String identity() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "operator-" + ProcessHandle.current().pid();
    }
  }
}
