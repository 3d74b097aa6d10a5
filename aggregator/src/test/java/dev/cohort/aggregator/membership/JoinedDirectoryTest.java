package dev.cohort.aggregator.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.dispatch.SeatMember;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class JoinedDirectoryTest {
  private static SeatMember member(int number, String authority) {
    return new SeatMember(new SeatAddress("10.0.0." + number, 9100), authority);
  }

  @Test
  void addressThatTwoDirectoriesNameIsOneSeat() {
    SeatMember fixed = member(1, "10.0.0.1");
    Set<SeatMember> chosen =
        JoinedDirectory.choose(
            Set.of(), List.of(Set.of(fixed), Set.of(member(1, "a.svc"), member(2, "a.svc"))), 10);
    assertEquals(Set.of(fixed, member(2, "a.svc")), chosen);
    // Whoever named it first stays while it is named.
    assertEquals(
        Set.of(fixed),
        JoinedDirectory.choose(chosen, List.of(Set.of(fixed), Set.of(member(1, "a.svc"))), 10));
    assertEquals(
        Set.of(member(1, "a.svc")),
        JoinedDirectory.choose(chosen, List.of(Set.of(), Set.of(member(1, "a.svc"))), 10));
  }

  @Property
  void boundHoldsAndAnotherOrderChangesNothing(
      @ForAll @Size(max = 40) Set<@IntRange(min = 1, max = 60) Integer> numbers,
      @ForAll @IntRange(min = 1, max = 20) int most,
      @ForAll long seed) {
    List<SeatMember> named = new ArrayList<>();
    numbers.forEach(number -> named.add(member(number, "a.svc")));
    Set<SeatMember> first =
        JoinedDirectory.choose(Set.of(), List.of(new LinkedHashSet<>(named)), most);
    assertEquals(Math.min(most, named.size()), first.size());
    Collections.shuffle(named, new java.util.Random(seed));
    Set<SeatMember> again =
        JoinedDirectory.choose(first, List.of(new LinkedHashSet<>(named)), most);
    assertEquals(first, again);
    assertTrue(new HashSet<>(named).containsAll(again));
  }
}
