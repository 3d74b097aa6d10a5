package dev.cohort.operator.events;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.operator.desired.Labels;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events about ensembles. An event that cannot be written is logged and left: it decides
 * nothing. Thread-safe.
 */
public final class EventRecorder {
  private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);

  private final KubernetesClient client;
  private final String instance;

  /**
   * A recorder.
   *
   * @param client stays the caller's
   * @param instance this process
   */
  public EventRecorder(KubernetesClient client, String instance) {
    this.client = client;
    this.instance = instance;
  }

  /** Writes what happened to an ensemble. */
  public void record(StudentEnsemble ensemble, Happening happening, Instant now) {
    try {
      client
          .v1()
          .events()
          .inNamespace(ensemble.getMetadata().getNamespace())
          .resource(event(ensemble, happening, now))
          .create();
    } catch (KubernetesClientException e) {
      LOG.warn("an event could not be written: {}", e.getMessage());
    }
  }

  private Event event(StudentEnsemble ensemble, Happening happening, Instant now) {
    String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
    return new EventBuilder()
        .withNewMetadata()
        .withGenerateName(prefix(ensemble.getMetadata().getName()))
        .withNamespace(ensemble.getMetadata().getNamespace())
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion(ensemble.getApiVersion())
        .withKind(ensemble.getKind())
        .withName(ensemble.getMetadata().getName())
        .withNamespace(ensemble.getMetadata().getNamespace())
        .withUid(ensemble.getMetadata().getUid())
        .withResourceVersion(ensemble.getMetadata().getResourceVersion())
        .endInvolvedObject()
        .withType(happening.isWarning() ? "Warning" : "Normal")
        .withReason(happening.reason())
        .withMessage(happening.message())
        .withFirstTimestamp(time)
        .withLastTimestamp(time)
        .withCount(1)
        .withNewSource(Labels.OPERATOR, "")
        .withReportingComponent(StudentEnsemble.GROUP + "/" + Labels.OPERATOR)
        .withReportingInstance(instance)
        .build();
  }

  /** Room for what the server appends. */
  private static String prefix(String name) {
    return name.substring(0, Math.min(name.length(), 50)) + ".";
  }
}
