package dev.cohort.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Plays the controllers and nodes that an API server alone lacks: pods of Deployments come, are
 * ready at once or fail, and go with their Deployment. Pods of aggregators answer on addresses of
 * this machine.
 */
final class FakeWorkloads implements AutoCloseable {
  /** What becomes of a pod. */
  record Fate(boolean ready, int restarts, String lastWords, String unschedulable) {
    static Fate good() {
      return new Fate(true, 0, "", "");
    }

    static Fate crashing(String lastWords) {
      return new Fate(false, 5, lastWords, "");
    }

    static Fate pending(String words) {
      return new Fate(false, 0, "", words);
    }

    static Fate starting() {
      return new Fate(false, 0, "", "");
    }
  }

  private static final long PERIOD_MILLIS = 200;
  private static final Duration TOLD_EACH = Duration.ofMillis(50);
  private static final String COMPONENT = "app.kubernetes.io/component";

  private final KubernetesClient client;
  private final String namespace;
  private final Function<Deployment, Fate> fates;
  private final Function<Deployment, FakeAggregatorSignals> signals;
  private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, FakeAggregator> aggregators = new HashMap<>();
  private final AtomicInteger addresses = new AtomicInteger();

  /**
   * Begins at once.
   *
   * @param fates what becomes of the pods of a Deployment
   * @param signals what its aggregators say
   */
  FakeWorkloads(
      KubernetesClient client,
      String namespace,
      Function<Deployment, Fate> fates,
      Function<Deployment, FakeAggregatorSignals> signals) {
    this.client = client;
    this.namespace = namespace;
    this.fates = fates;
    this.signals = signals;
    loop.scheduleWithFixedDelay(this::turn, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    loop.shutdownNow();
    try {
      loop.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    aggregators.values().forEach(FakeAggregator::close);
  }

  private void turn() {
    try {
      List<Deployment> deployments =
          client.apps().deployments().inNamespace(namespace).list().getItems();
      List<Pod> pods = client.pods().inNamespace(namespace).list().getItems();
      pods.stream()
          .filter(pod -> deployments.stream().noneMatch(one -> isOf(pod, one)))
          .forEach(this::delete);
      deployments.forEach(deployment -> follow(deployment, pods));
    } catch (KubernetesClientException e) {
      // Somebody else was quicker, or the server ends: the next turn sees.
      return;
    }
  }

  private void follow(Deployment deployment, List<Pod> pods) {
    List<Pod> own = pods.stream().filter(pod -> isOf(pod, deployment)).toList();
    int desired = Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1);
    for (int number = own.size(); number < desired; number++) {
      make(deployment);
    }
    own.stream().skip(desired).forEach(this::delete);
    Fate fate = fates.apply(deployment);
    own.stream().limit(desired).forEach(pod -> live(pod, deployment, fate));
    report(deployment, desired, fate);
  }

  private void make(Deployment deployment) {
    client
        .pods()
        .inNamespace(namespace)
        .resource(
            new PodBuilder()
                .withMetadata(deployment.getSpec().getTemplate().getMetadata())
                .editMetadata()
                .withGenerateName(deployment.getMetadata().getName() + "-")
                .addToAnnotations("fake/deployment", deployment.getMetadata().getName())
                .endMetadata()
                .withSpec(deployment.getSpec().getTemplate().getSpec())
                .build())
        .create();
  }

  private void live(Pod pod, Deployment deployment, Fate fate) {
    boolean isAggregator = "aggregator".equals(deployment.getMetadata().getLabels().get(COMPONENT));
    String name = pod.getMetadata().getName();
    String address = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
    if (address == null) {
      address = "127.77.%d.%d".formatted(number() / 250, number() % 250 + 1);
      addresses.incrementAndGet();
    }
    if (isAggregator && !aggregators.containsKey(name)) {
      aggregators.put(
          name,
          new FakeAggregator(address, TOLD_EACH, () -> signals.apply(deployment).message(name)));
    }
    PodStatusBuilder status =
        new PodStatusBuilder()
            .withPhase(fate.unschedulable().isEmpty() ? "Running" : "Pending")
            .withPodIP(address)
            .addNewPodIP(address)
            .addNewCondition()
            .withType("Ready")
            .withStatus(fate.ready() ? "True" : "False")
            .endCondition()
            .addNewContainerStatus()
            .withName(pod.getSpec().getContainers().getFirst().getName())
            .withImage("image")
            .withImageID("")
            .withReady(fate.ready())
            .withRestartCount(fate.restarts())
            .withNewLastState()
            .withNewTerminated()
            .withExitCode(1)
            .withMessage(fate.lastWords())
            .endTerminated()
            .endLastState()
            .endContainerStatus();
    if (!fate.unschedulable().isEmpty()) {
      status
          .addNewCondition()
          .withType("PodScheduled")
          .withStatus("False")
          .withReason("Unschedulable")
          .withMessage(fate.unschedulable())
          .endCondition();
    }
    if (!status.build().equals(pod.getStatus())) {
      client
          .pods()
          .inNamespace(namespace)
          .withName(name)
          .editStatus(there -> new PodBuilder(there).withStatus(status.build()).build());
    }
  }

  private int number() {
    return addresses.get();
  }

  private void report(Deployment deployment, int desired, Fate fate) {
    DeploymentStatusBuilder status =
        new DeploymentStatusBuilder()
            .withObservedGeneration(deployment.getMetadata().getGeneration())
            .withReplicas(desired)
            .withUpdatedReplicas(desired)
            .withReadyReplicas(fate.ready() ? desired : 0)
            .withAvailableReplicas(fate.ready() ? desired : 0);
    Deployment now =
        client
            .apps()
            .deployments()
            .inNamespace(namespace)
            .withName(deployment.getMetadata().getName())
            .get();
    if (now != null && !same(now, status)) {
      now.setStatus(status.build());
      client.apps().deployments().inNamespace(namespace).resource(now).updateStatus();
    }
  }

  private static boolean same(Deployment now, DeploymentStatusBuilder status) {
    return now.getStatus() != null
        && status.getObservedGeneration().equals(now.getStatus().getObservedGeneration())
        && zero(status.getReplicas()) == zero(now.getStatus().getReplicas())
        && zero(status.getReadyReplicas()) == zero(now.getStatus().getReadyReplicas());
  }

  private static int zero(Integer number) {
    return number == null ? 0 : number;
  }

  private void delete(Pod pod) {
    Optional.ofNullable(aggregators.remove(pod.getMetadata().getName()))
        .ifPresent(FakeAggregator::close);
    client
        .pods()
        .inNamespace(namespace)
        .withName(pod.getMetadata().getName())
        .withGracePeriod(0)
        .delete();
  }

  private static boolean isOf(Pod pod, Deployment deployment) {
    return deployment
        .getMetadata()
        .getName()
        .equals(
            Optional.ofNullable(pod.getMetadata().getAnnotations())
                .map(annotations -> annotations.get("fake/deployment"))
                .orElse(""));
  }
}
