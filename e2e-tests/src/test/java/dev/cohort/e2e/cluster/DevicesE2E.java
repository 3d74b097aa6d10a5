package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.ConditionType;
import dev.cohort.crds.StudentStatus;
import dev.cohort.e2e.Await;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.opentest4j.TestAbortedException;

/**
 * Seats that take a device each on a node that has too few. Where the project's own cluster runs,
 * the devices are counted but not there, and the seats compute on the CPU.
 */
@Tag("B")
@ExtendWith(ClusterExtension.class)
final class DevicesE2E {
  private static final String GPU = "nvidia.com/gpu";
  private static final String NAME = "devices";

  @Test
  void seatsWithoutADeviceWaitAndTheBudgetIsKept(Cluster cluster, Installation installation) {
    String namespace = cluster.namespace("devices");
    leave(cluster, namespace, 3);
    try (BurstyEnsemble bursty =
        BurstyEnsemble.create(cluster, namespace, NAME, GPU, "Shared", 1, "maxSeats: 6")) {
      ServedEnsemble ensemble = bursty.served();
      ensemble.awaitCondition(ConditionType.UNSCHEDULABLE, "True: Unschedulable");
      String said = ensemble.message(ConditionType.UNSCHEDULABLE);
      assertTrue(said.contains("Insufficient " + GPU), said);
      awaitServing(ensemble, 3);

      ensemble.patch("{\"spec\": {\"scaling\": {\"gpuBudget\": 3}}}");
      ensemble.awaitCondition(ConditionType.UNSCHEDULABLE, "False");
      ensemble.awaitReady();
      assertEquals(Map.of(0, 1, 1, 1, 2, 1, 3, 0), ensemble.ensembles().seats(NAME));
      long limited = System.nanoTime();
      bursty.mode("Auto");
      try (Flood flood = bursty.flood()) {
        bursty.awaitReason(
            flood.startedNanos(), ConditionType.SCALING_LIMITED, "LimitedByGpuBudget");
        flood.stop();
        assertEquals(Map.of(), flood.failures());
        assertEquals(4, flood.students().keySet().stream().max(Integer::compare).orElseThrow());
      }
      bursty.awaitCalm();
      List<Integer> totals = bursty.totalsSince(limited);
      assertTrue(totals.stream().allMatch(total -> total == 3), "seats: " + totals);
      assertEquals(3, ensemble.seats().size());
    }
  }

  @Test
  void theLastStudentGivesItsDeviceToTheFirst(Cluster cluster, Installation installation) {
    String namespace = cluster.namespace("devices");
    leave(cluster, namespace, 4);
    try (BurstyEnsemble bursty =
        BurstyEnsemble.create(
            cluster,
            namespace,
            NAME,
            GPU,
            "Dedicated",
            3,
            "maxSeats: 2, gpuBudget: 4, parking: {afterSeconds: 2, returnSeconds: 5}")) {
      ServedEnsemble ensemble = bursty.served();
      ensemble.awaitReady();
      awaitServing(ensemble, 4);
      long begin = System.nanoTime();
      bursty.mode("Auto");
      try (Flood flood = bursty.flood()) {
        ensemble.ensembles().awaitSeats(NAME, Map.of(0, 2, 1, 1, 2, 1, 3, 0));
        bursty
            .statuses()
            .await(
                "student 3 parked",
                flood.startedNanos(),
                state -> has(state.getStatus().students(), 3, last -> last.parked() == 1));
        // The node has no more than four: the new one has the parked student's.
        bursty
            .statuses()
            .await(
                "two seats of student 0",
                flood.startedNanos(),
                state -> has(state.getStatus().students(), 0, first -> first.ready() == 2));
        flood.stop();
        assertEquals(Map.of(), flood.failures());
      }
      bursty.awaitFewerSeats();
      ensemble.awaitReady();
      List<Integer> totals = bursty.totalsSince(begin);
      assertTrue(totals.stream().allMatch(total -> total <= 4), "seats: " + totals);
      List<String> events = ensemble.ensembles().events(NAME);
      assertTrue(events.containsAll(List.of("ParkedLast", "Unparked")), "events: " + events);
    }
  }

  private static boolean has(
      List<StudentStatus> students, int index, Predicate<StudentStatus> wanted) {
    return students.stream().anyMatch(one -> one.index() == index && wanted.test(one));
  }

  private static void awaitServing(ServedEnsemble ensemble, int seats) {
    Await.until(
        seats + " seats",
        ServedEnsemble.START,
        () -> ensemble.seats().stream().filter(ServedEnsemble::serves).count() == seats);
  }

  /** Takes all devices of the nodes but so many. */
  private static void leave(Cluster cluster, String namespace, int devices) {
    int all =
        cluster.client().nodes().list().getItems().stream()
            .map(node -> node.getStatus().getAllocatable().get(GPU))
            .filter(there -> there != null)
            .mapToInt(there -> Integer.parseInt(there.getAmount()))
            .sum();
    if (all < devices) {
      throw new TestAbortedException(
          "skipped: the nodes have %d of %s, and the test needs %d".formatted(all, GPU, devices));
    }
    cluster.load(HelloPod.image());
    if (all > devices) {
      Pod taking =
          HelloPod.restricted(
              namespace, "taking", Map.of(GPU, new Quantity(Integer.toString(all - devices))));
      cluster.awaitReady(cluster.client().resource(taking).create());
    }
  }
}
