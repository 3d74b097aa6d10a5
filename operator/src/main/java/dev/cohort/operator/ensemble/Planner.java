package dev.cohort.operator.ensemble;

import dev.cohort.crds.ConditionReason;
import dev.cohort.operator.burst.Figures;
import dev.cohort.operator.desired.Blueprint;
import dev.cohort.operator.desired.Blueprint.Generation;
import dev.cohort.operator.desired.Blueprint.Refusal;
import dev.cohort.operator.desired.Blueprint.Serving;
import dev.cohort.operator.desired.Labels;
import dev.cohort.operator.desired.Networking;
import dev.cohort.operator.desired.Owner;
import dev.cohort.operator.desired.Platform;
import dev.cohort.operator.desired.Revision;
import dev.cohort.operator.ensemble.Plan.Change;
import dev.cohort.operator.scaling.SeatDecision;
import dev.cohort.operator.scaling.SeatScaler;
import dev.cohort.operator.status.Fleet;
import io.fabric8.kubernetes.api.model.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Decides what an ensemble is to be made of. Keeps what the scaling rules remember of this one
 * ensemble; used by one thread at a time.
 */
final class Planner {
  private final Platform platform;
  private final SeatScaler scaler = new SeatScaler();
  private Optional<SeatDecision> last = Optional.empty();

  Planner(Platform platform) {
    this.platform = platform;
  }

  Plan plan(Observation seen) {
    Revision target = Blueprint.revision(seen.spec(), platform);
    Serving serving = serving(seen).orElseGet(() -> new Serving(target, Optional.empty()));
    if (serving.revision().equals(target)) {
      return settled(seen, target);
    }
    return serving
        .refused()
        .filter(refusal -> refusal.revision().equals(target.id()))
        .map(refusal -> alone(seen, serving, Change.rolledBack(refusal)))
        .orElseGet(() -> rolling(seen, serving.revision(), target));
  }

  /** What the spec asks for serves; what served before may still be on its way out. */
  private Plan settled(Observation seen, Revision target) {
    return leaving(seen, target)
        .map(
            old -> {
              SeatDecision seats = held(seen, target);
              return plan(
                  seen,
                  rollout(seen, old, target, seats).turn(true),
                  seats,
                  Change.rolling(target));
            })
        .orElseGet(() -> alone(seen, new Serving(target, Optional.empty()), Change.none()));
  }

  private Plan rolling(Observation seen, Revision serving, Revision target) {
    Rollout.Side next = Rollout.Side.of(target, seen);
    Optional<Refusal> failure = failure(next);
    if (failure.isPresent()) {
      return alone(seen, new Serving(serving, failure), Change.rolledBack(failure.get()));
    }
    SeatDecision seats = held(seen, serving);
    return plan(
        seen, rollout(seen, serving, target, seats).turn(false), seats, Change.rolling(target));
  }

  private Rollout rollout(Observation seen, Revision old, Revision next, SeatDecision seats) {
    return new Rollout(
        Rollout.Side.of(old, seen),
        Rollout.Side.of(next, seen),
        seats,
        SeatScaler.budget(seen.spec()));
  }

  private Plan plan(Observation seen, Rollout.Turn turn, SeatDecision seats, Change change) {
    return new Plan(
        blueprint(seen, new Serving(turn.serving(), Optional.empty()), turn.generations()),
        seats,
        Students.serving(seen.of(turn.serving().id())),
        change);
  }

  private Plan alone(Observation seen, Serving serving, Change change) {
    Observation side = seen.of(serving.revision().id());
    OptionalInt students = Students.serving(side);
    SeatDecision seats =
        students.isEmpty() ? SeatScaler.first() : decide(side, students.getAsInt());
    last = Optional.of(seats);
    Generation generation =
        new Generation(serving.revision(), seats.seats(), seen.spec().aggregator().replicas());
    return new Plan(blueprint(seen, serving, List.of(generation)), seats, students, change);
  }

  /** While one revision takes the place of another the number of seats stays what it is. */
  private SeatDecision held(Observation seen, Revision serving) {
    return last.orElseGet(
        () -> SeatScaler.held(SeatCounts.of(seen.of(serving.id()).deployments(Labels.SEAT))));
  }

  private SeatDecision decide(Observation side, int students) {
    return scaler.decide(
        side.spec(),
        students,
        Figures.combined(
            side.receptions(), side.spec().regime(), side.spec().engine().lanes(), side.nanos()),
        SeatCounts.of(side.deployments(Labels.SEAT)),
        side.nanos());
  }

  private Blueprint blueprint(Observation seen, Serving serving, List<Generation> generations) {
    return new Blueprint(Owner.of(seen.ensemble()), seen.spec(), serving, generations, platform);
  }

  private static Optional<Serving> serving(Observation seen) {
    String name = Owner.of(seen.ensemble()).names().client();
    return services(seen)
        .filter(service -> service.getMetadata().getName().equals(name))
        .findFirst()
        .flatMap(Networking::serving);
  }

  private static Stream<Service> services(Observation seen) {
    return seen.objects().stream().filter(Service.class::isInstance).map(Service.class::cast);
  }

  /** Another revision that still has aggregators. */
  private static Optional<Revision> leaving(Observation seen, Revision target) {
    return seen.deployments(Labels.AGGREGATOR).stream()
        .map(Networking::revision)
        .flatMap(Optional::stream)
        .filter(revision -> !revision.equals(target))
        .filter(revision -> Rollout.Side.of(revision, seen).aggregatorsLeft() > 0)
        .findFirst();
  }

  /** Why a revision will not come: its pods end again and again, or its time is over. */
  private static Optional<Refusal> failure(Rollout.Side next) {
    String id = next.revision().id();
    Fleet fleet = new Fleet(next.seen());
    Optional<Refusal> crash =
        fleet.crash().map(text -> new Refusal(id, reason(text).value(), text));
    return crash.isPresent() ? crash : late(next, fleet);
  }

  private static ConditionReason reason(String crash) {
    return crash.contains("package refused")
        ? ConditionReason.PACKAGE_REFUSED
        : ConditionReason.CRASH_LOOP;
  }

  private static Optional<Refusal> late(Rollout.Side next, Fleet fleet) {
    Duration patience = Duration.ofSeconds(next.seen().spec().rollout().timeoutSeconds());
    boolean over =
        next.seen().deployments(Labels.AGGREGATOR).stream()
            .map(one -> Instant.parse(one.getMetadata().getCreationTimestamp()))
            .anyMatch(began -> began.plus(patience).isBefore(next.seen().at()));
    if (!over) {
      return Optional.empty();
    }
    String cause =
        fleet
            .unschedulable()
            .or(fleet::refusal)
            .orElseGet(() -> "new seats ready: " + fleet.readySeats());
    return Optional.of(
        new Refusal(
            next.revision().id(),
            ConditionReason.ROLLED_BACK.value(),
            "not ready within %d s; %s".formatted(patience.toSeconds(), cause)));
  }
}
