package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CreditPoolTest {
  @Test
  void theFirstStreamHasAllCreditsAndGetsThemBack() {
    CreditPool.Opened only = new CreditPool(2).open();
    assertEquals(2, only.credits());
    assertTrue(only.account().spend());
    assertTrue(only.account().spend());
    assertFalse(only.account().spend());
    assertEquals(1, only.account().end());
    assertTrue(only.account().spend());
  }

  @Test
  void sharesShrinkAsBatchesEndWhenAStreamOpens() {
    CreditPool pool = new CreditPool(4);
    CreditPool.Account first = pool.open().account();
    assertTrue(first.spend());
    assertTrue(first.spend());
    assertTrue(first.spend());
    CreditPool.Opened second = pool.open();
    assertEquals(2, second.credits());
    assertEquals(0, first.end());
    assertEquals(0, first.end());
    assertEquals(1, first.end());
  }

  @Test
  void sharesGrowWhenAStreamCloses() {
    CreditPool pool = new CreditPool(4);
    CreditPool.Account first = pool.open().account();
    CreditPool.Opened second = pool.open();
    assertEquals(2, second.credits());
    first.close();
    first.close();
    assertEquals(1, pool.streams());
    assertTrue(second.account().spend());
    assertEquals(3, second.account().end());
  }

  @Test
  void everyStreamHasAtLeastOneCredit() {
    CreditPool pool = new CreditPool(1);
    assertEquals(1, pool.open().credits());
    assertEquals(1, pool.open().credits());
    CreditPool.Opened third = pool.open();
    assertEquals(1, third.credits());
    assertTrue(third.account().spend());
    assertEquals(1, third.account().end());
  }
}
