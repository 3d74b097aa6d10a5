package dev.cohort.operator.status;

import dev.cohort.crds.Condition;
import dev.cohort.crds.Conditions;
import dev.cohort.crds.EndpointStatus;
import dev.cohort.crds.PackageStatus;
import dev.cohort.crds.PrefixStatus;
import dev.cohort.crds.Regime;
import dev.cohort.crds.ScalingStatus;
import dev.cohort.crds.StudentEnsembleStatus;
import dev.cohort.crds.StudentState;
import dev.cohort.crds.StudentStatus;
import dev.cohort.crds.TransitionStatus;
import dev.cohort.operator.desired.Labels;
import dev.cohort.operator.desired.Owner;
import dev.cohort.operator.desired.Tls;
import dev.cohort.operator.ensemble.Observation;
import dev.cohort.operator.ensemble.Plan;
import dev.cohort.operator.ensemble.SeatCounts;
import dev.cohort.operator.scaling.SeatScaler;
import dev.cohort.protocol.burst.v1.ModelSignals;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The status of an ensemble as a function of what was seen and decided. Pure: equal input gives
 * equal status, and times change only with what they are the times of.
 */
public final class StatusReport {
  /** Kind of a transition. */
  public static final String SEATS = "Seats";

  private static final int GRPC = 8001;
  private static final int HTTP = 8000;

  private final Observation seen;
  private final Plan plan;
  private final List<String> refusals;
  private final StudentEnsembleStatus before;
  private final Signals signals;
  private final Fleet fleet;
  private final TransitionStatus lastTransition;

  /**
   * A report.
   *
   * @param refusals what could not be written, and why
   * @param lastTransition where it is newer than the one that was written
   */
  public StatusReport(
      Observation seen,
      Plan plan,
      List<String> refusals,
      Optional<TransitionStatus> lastTransition) {
    this.seen = seen;
    this.plan = plan;
    this.refusals = List.copyOf(refusals);
    this.before =
        Optional.ofNullable(seen.ensemble().getStatus())
            .orElseGet(
                () ->
                    new StudentEnsembleStatus(
                        null, null, null, null, null, null, null, null, null, null));
    this.signals = new Signals(seen.of(plan.blueprint().serving().revision().id()));
    this.fleet = new Fleet(seen);
    this.lastTransition = lastTransition.orElse(before.lastTransition());
  }

  /** The status as it is to be. */
  public StudentEnsembleStatus status() {
    Optional<PrefixStatus> prefix = signals.prefix().or(() -> Optional.ofNullable(before.prefix()));
    return new StudentEnsembleStatus(
        seen.ensemble().getMetadata().getGeneration(),
        conditions(),
        prefix.orElse(null),
        students(),
        packages(),
        scaling(),
        transition(prefix),
        endpoint(),
        replicas(),
        selector());
  }

  private List<Condition> conditions() {
    List<Condition> conditions = before.conditions();
    for (Condition next :
        new ConditionRules(seen, plan, refusals, before.conditions(), signals, fleet).all()) {
      conditions = Conditions.with(conditions, next);
    }
    return conditions;
  }

  private List<StudentStatus> students() {
    SeatScaler.Present present = SeatCounts.of(seen.deployments(Labels.SEAT));
    List<Integer> decided = plan.seats().seats();
    return IntStream.range(0, Math.max(decided.size(), present.desired().size()))
        .mapToObj(student -> student(student, decided, present))
        .toList();
  }

  private StudentStatus student(int student, List<Integer> decided, SeatScaler.Present present) {
    int desired = student < decided.size() ? decided.get(student) : 0;
    int ready = student < present.ready().size() ? present.ready().get(student) : 0;
    boolean parked = desired == 0 && seen.spec().regime() == Regime.DEDICATED;
    return new StudentStatus(
        student, state(student, desired, ready, parked), desired, ready, parked ? 1 : 0);
  }

  private StudentState state(int student, int desired, int ready, boolean parked) {
    if (ready > 0) {
      return desired > 0 ? StudentState.SERVING : StudentState.DRAINING;
    }
    if (parked) {
      return StudentState.PARKED;
    }
    return fleet.isFailing(student) ? StudentState.FAILED : StudentState.STARTING;
  }

  private PackageStatus packages() {
    PackageStatus last =
        Optional.ofNullable(before.packages())
            .orElseGet(() -> new PackageStatus(null, null, null, null));
    Optional<ModelSignals> model = signals.shortest();
    return new PackageStatus(
        model.map(ModelSignals::getName).orElse(last.name()),
        model.map(ModelSignals::getPackageDigest).orElse(last.digest()),
        rollingOut(),
        refused(last));
  }

  /** Known when an aggregator has read it; none when only an image changes. */
  private String rollingOut() {
    return plan.change()
        .rolling()
        .flatMap(revision -> new Signals(seen.of(revision.id())).shortest())
        .map(ModelSignals::getPackageDigest)
        .orElse(null);
  }

  private String refused(PackageStatus last) {
    boolean now = plan.change().refused().isPresent() && last.rollingOut() != null;
    return now ? last.rollingOut() : last.refused();
  }

  private ScalingStatus scaling() {
    int desired = plan.seats().advised();
    String reason = plan.seats().reason().code();
    ScalingStatus last = before.scaling();
    boolean same =
        last != null
            && Integer.valueOf(desired).equals(last.desired())
            && reason.equals(last.reason());
    return new ScalingStatus(
        desired, fleet.readySeats(), reason, same ? last.time() : time(seen.at()));
  }

  /** Of a change of seats the decision is told, of a change of the prefix what was seen. */
  private TransitionStatus transition(Optional<PrefixStatus> prefix) {
    int seats =
        SeatCounts.of(seen.deployments(Labels.SEAT)).desired().stream()
            .mapToInt(Integer::intValue)
            .sum();
    int next = plan.seats().total();
    if (seats > 0 && seats != next && !seen.spec().paused()) {
      return transition(
          SEATS, Integer.toString(seats), Integer.toString(next), plan.seats().reason().code());
    }
    Optional<TransitionStatus> moved = moved();
    if (moved.isPresent()) {
      return moved.get();
    }
    String digest = before.packages() == null ? null : before.packages().digest();
    String serves = signals.shortest().map(ModelSignals::getPackageDigest).orElse(digest);
    if (digest != null && !digest.equals(serves)) {
      return transition("Package", digest, serves, "UpToDate");
    }
    if (isUntold()) {
      return lastTransition;
    }
    Integer was = before.prefix() == null ? null : before.prefix().current();
    Integer is = prefix.map(PrefixStatus::current).orElse(null);
    return ofPrefix(was, is)
        .map(reason -> transition("Prefix", was.toString(), is.toString(), reason))
        .orElse(lastTransition);
  }

  /** Why a prefix is another than before; empty if it is not, or one of the two is not known. */
  public static Optional<String> ofPrefix(Integer was, Integer is) {
    return was == null || is == null || was.equals(is)
        ? Optional.empty()
        : Optional.of(is < was ? "Burst" : "FullPrefix");
  }

  /**
   * Whether seats have changed since status was written. The prefix may have, too, and as soon as
   * the seats are what they are to be that would be all that is told.
   */
  private boolean isUntold() {
    return lastTransition != null
        && lastTransition.kind().equals(SEATS)
        && !lastTransition.equals(before.lastTransition());
  }

  /** Where each student has its own seats, some may go to others, and their number stays. */
  private Optional<TransitionStatus> moved() {
    List<Integer> present = SeatCounts.of(seen.deployments(Labels.SEAT)).desired();
    List<Integer> decided = plan.seats().seats();
    return isShared()
            || seen.spec().paused()
            || plan.change().rolling().isPresent()
            || present.size() != decided.size()
            || present.equals(decided)
        ? Optional.empty()
        : Optional.of(
            transition(SEATS, first(present), first(decided), plan.seats().reason().code()));
  }

  private static String first(List<Integer> seats) {
    return "%d of student 0".formatted(seats.getFirst());
  }

  /** What has been told already keeps its time: it may take a while to come about. */
  private TransitionStatus transition(String kind, String from, String to, String reason) {
    if (lastTransition != null
        && lastTransition.kind().equals(kind)
        && lastTransition.from().equals(from)
        && lastTransition.to().equals(to)
        && lastTransition.reason().equals(reason)) {
      return lastTransition;
    }
    return new TransitionStatus(kind, from, to, reason, time(seen.at()));
  }

  private EndpointStatus endpoint() {
    Owner owner = Owner.of(seen.ensemble());
    String host = "%s.%s.svc".formatted(owner.names().client(), owner.namespace());
    return new EndpointStatus(
        host + ":" + GRPC,
        host + ":" + HTTP,
        Tls.client(owner, seen.spec().security()).isPresent());
  }

  private int replicas() {
    return isShared()
        ? fleet.desiredSeats()
        : SeatCounts.of(seen.deployments(Labels.SEAT)).desired().stream().findFirst().orElse(0);
  }

  private String selector() {
    Owner owner = Owner.of(seen.ensemble());
    return Labels.query(
        isShared() ? Labels.selecting(owner, Labels.SEAT) : Labels.selecting(owner, 0));
  }

  private boolean isShared() {
    return seen.spec().regime() == Regime.SHARED;
  }

  private static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
