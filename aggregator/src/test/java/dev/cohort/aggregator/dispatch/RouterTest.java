package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouterTest {
  private record Target(String name, BitSet held, int homeStudent, int credits, int load)
      implements RouteTarget {
    @Override
    public boolean holds(int student) {
      return held.get(student);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static BitSet students(int... numbers) {
    BitSet set = new BitSet();
    for (int number : numbers) {
      set.set(number);
    }
    return set;
  }

  private static final BitSet ALL = students(0, 1, 2, 3);

  private static Target seat(String name, int home, int credits, int load) {
    return new Target(name, ALL, home, credits, load);
  }

  private static String place(BitSet students, Target... seats) {
    StringBuilder text = new StringBuilder();
    for (Router.Range<Target> range : Router.place(students, List.of(seats))) {
      text.append(range.seat()).append(range.first()).append('-').append(range.end()).append(' ');
    }
    return text.toString().strip();
  }

  @Test
  void eachStudentGoesHome() {
    assertEquals(
        "d0-1 c1-2 b2-3 a3-4",
        place(ALL, seat("a", 3, 2, 0), seat("b", 2, 2, 0), seat("c", 1, 2, 0), seat("d", 0, 2, 0)));
  }

  @Test
  void oneSeatTakesAllAsOneRangeForOneCredit() {
    assertEquals("a0-4", place(ALL, seat("a", 0, 1, 0)));
    assertEquals("a0-4", place(ALL, seat("a", 2, 1, 0)));
  }

  @Test
  void studentsWithoutHomeGoToTheLeastLoadedAndStayTogether() {
    assertEquals("a0-1 b1-3 a3-4", place(ALL, seat("a", 0, 2, 0), seat("b", 1, 2, 0)));
    assertEquals("a0-1 b1-4", place(ALL, seat("a", 0, 2, 9), seat("b", 1, 2, 0)));
  }

  @Test
  void homeWithoutCreditIsPassedOver() {
    assertEquals("b0-4", place(ALL, seat("a", 0, 0, 0), seat("b", 1, 1, 0)));
    assertEquals("", place(ALL, seat("a", 0, 0, 0)));
  }

  @Test
  void creditsAreNotSpentTwice() {
    assertEquals("a0-1 b1-4", place(ALL, seat("a", 0, 1, 0), seat("b", 1, 1, 0)));
  }

  @Test
  void onlySeatsThatHoldAStudentGetIt() {
    Target zero = new Target("a", students(0), 0, 4, 0);
    Target two = new Target("b", students(2), 2, 4, 0);
    assertEquals("a0-1 b2-3", place(ALL, zero, two));
  }

  @Test
  void onlyWhatIsAskedForIsPlaced() {
    assertEquals("a0-1 a2-4", place(students(0, 2, 3), seat("a", 0, 2, 0)));
    assertEquals("a0-1", place(students(0, 2, 3), seat("a", 0, 1, 0)));
  }
}
