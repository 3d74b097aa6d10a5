package dev.cohort.aggregator.membership;

import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.dispatch.SeatDirectory;
import dev.cohort.aggregator.dispatch.SeatMember;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The members of several directories, each address once, and a bounded number of them. Thread-safe.
 */
final class JoinedDirectory implements SeatDirectory {
  /** More than one aggregator can keep busy; guards against an answer that names the world. */
  static final int MAX_MEMBERS = 1024;

  private static final Logger LOG = Logger.getLogger(JoinedDirectory.class);

  private final List<SeatDirectory> directories;
  // Both are guarded by this.
  private final List<Set<SeatMember>> latest = new ArrayList<>();
  private Set<SeatMember> chosen = Set.of();

  JoinedDirectory(List<SeatDirectory> directories) {
    this.directories = List.copyOf(directories);
    directories.forEach(directory -> latest.add(Set.of()));
  }

  @Override
  public void start(Consumer<Set<SeatMember>> listener) {
    for (int i = 0; i < directories.size(); i++) {
      int place = i;
      directories.get(i).start(members -> changed(place, members, listener));
    }
  }

  @Override
  public void refresh() {
    directories.forEach(SeatDirectory::refresh);
  }

  @Override
  public void close() {
    directories.forEach(SeatDirectory::close);
  }

  // Under the lock, so that changes arrive in the order in which they were made.
  private synchronized void changed(
      int place, Set<SeatMember> members, Consumer<Set<SeatMember>> listener) {
    latest.set(place, members);
    Set<SeatMember> next = choose(chosen, latest, MAX_MEMBERS);
    int named = latest.stream().mapToInt(Set::size).sum();
    if (next.size() == MAX_MEMBERS && named > MAX_MEMBERS) {
      LOG.warnf("%d seats are named; only %d are used", named, MAX_MEMBERS);
    }
    chosen = next;
    listener.accept(next);
  }

  /**
   * Those who are named now, each address once; where they are too many, first those who were
   * members before, so that an answer in another order changes nothing.
   */
  static Set<SeatMember> choose(Set<SeatMember> before, List<Set<SeatMember>> named, int most) {
    List<SeatMember> all = named.stream().flatMap(Collection::stream).toList();
    Set<SeatMember> now = new HashSet<>(all);
    Set<SeatAddress> taken = new HashSet<>();
    Set<SeatMember> chosen = new LinkedHashSet<>();
    Stream.concat(before.stream().filter(now::contains), all.stream())
        .filter(member -> chosen.size() < most)
        .filter(member -> taken.add(member.address()))
        .forEach(chosen::add);
    return Collections.unmodifiableSet(chosen);
  }
}
