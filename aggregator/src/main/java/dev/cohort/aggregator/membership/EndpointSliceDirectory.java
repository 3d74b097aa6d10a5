package dev.cohort.aggregator.membership;

import dev.cohort.aggregator.dispatch.SeatDirectory;
import dev.cohort.aggregator.dispatch.SeatMember;
import dev.cohort.aggregator.dispatch.ServiceSeats;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Seats by Kubernetes Services: their EndpointSlices are watched through the API server. While it
 * does not answer, the members stay as they were. Needs {@code get}, {@code list} and {@code watch}
 * of {@code endpointslices} in {@code discovery.k8s.io}. Thread-safe.
 */
final class EndpointSliceDirectory implements SeatDirectory {
  private static final Logger LOG = Logger.getLogger(EndpointSliceDirectory.class);

  private static final String SERVICE_LABEL = "kubernetes.io/service-name";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration RECONNECT_INTERVAL = Duration.ofMillis(500);

  /** Slices of one page of a list; each has at most 1,000 endpoints. */
  private static final long PAGE = 50;

  private final KubernetesClient client;
  private final List<Watched> services;
  // Guarded by this.
  private Optional<Consumer<Set<SeatMember>>> listener = Optional.empty();

  private EndpointSliceDirectory(KubernetesClient client, List<ServiceSeats> services) {
    this.client = client;
    this.services = services.stream().map(Watched::new).toList();
  }

  /**
   * Finds the API server by {@code KUBECONFIG} or by the pod's service account.
   *
   * @throws IllegalArgumentException when there is neither, or no namespace
   */
  static EndpointSliceDirectory open(List<ServiceSeats> services) {
    Config config =
        new ConfigBuilder()
            .withConnectionTimeout((int) CONNECT_TIMEOUT.toMillis())
            .withRequestTimeout((int) REQUEST_TIMEOUT.toMillis())
            .withWatchReconnectInterval((int) RECONNECT_INTERVAL.toMillis())
            .withWatchReconnectLimit(-1)
            .build();
    return open(services, new KubernetesClientBuilder().withConfig(config).build());
  }

  /** Takes over the client. */
  static EndpointSliceDirectory open(List<ServiceSeats> services, KubernetesClient client) {
    try {
      return new EndpointSliceDirectory(client, services);
    } catch (IllegalArgumentException e) {
      client.close();
      throw e;
    }
  }

  @Override
  public void start(Consumer<Set<SeatMember>> toTell) {
    synchronized (this) {
      listener = Optional.of(toTell);
    }
    services.forEach(Watched::start);
  }

  /** The watch tells changes by itself. */
  @Override
  public void refresh() {}

  @Override
  public void close() {
    synchronized (this) {
      listener = Optional.empty();
    }
    services.forEach(Watched::close);
    client.close();
  }

  private synchronized void changed() {
    Set<SeatMember> all = new LinkedHashSet<>();
    services.forEach(service -> all.addAll(service.members()));
    listener.ifPresent(each -> each.accept(Collections.unmodifiableSet(all)));
  }

  /** One Service. */
  private final class Watched implements ResourceEventHandler<EndpointSlice> {
    private final ServiceSeats service;
    private final EndpointMembers rule;
    private final SharedIndexInformer<EndpointSlice> informer;

    Watched(ServiceSeats service) {
      this.service = service;
      String namespace =
          service
              .namespace()
              .or(() -> Optional.ofNullable(client.getNamespace()))
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "cohort.seats: %s names no namespace, and there is none of this process; allowed is kubernetes:///%s.NAMESPACE"
                              .formatted(service, service.service())));
      this.rule = new EndpointMembers(service, service.hostIn(namespace));
      this.informer =
          client
              .discovery()
              .v1()
              .endpointSlices()
              .inNamespace(namespace)
              .withLabel(SERVICE_LABEL, service.service())
              .withLimit(PAGE)
              .runnableInformer(0)
              .exceptionHandler(this::failed)
              .addEventHandler(this);
    }

    void start() {
      informer.start();
    }

    void close() {
      informer.close();
    }

    Set<SeatMember> members() {
      return rule.of(new ArrayList<>(informer.getStore().list()));
    }

    private boolean failed(boolean started, Throwable reason) {
      LOG.warnf("%s is not watched, its last seats stay: %s", service, text(reason));
      return true;
    }

    @Override
    public void onAdd(EndpointSlice slice) {
      changed();
    }

    @Override
    public void onUpdate(EndpointSlice before, EndpointSlice now) {
      changed();
    }

    @Override
    public void onDelete(EndpointSlice slice, boolean stateUnknown) {
      changed();
    }

    @Override
    public void onNothing() {
      LOG.infof("%s has no EndpointSlice yet", service);
    }
  }

  private static String text(Throwable reason) {
    return reason instanceof KubernetesClientException refused && refused.getStatus() != null
        ? refused.getStatus().getMessage()
        : String.valueOf(reason.getMessage());
  }
}
