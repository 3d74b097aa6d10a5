package dev.cohort.benchmarks.fuzz;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Changes bytes: flips, cuts, repeats, overwrites with what parsers find hard. Stateless. */
final class BadBytes {
  private static final byte[][] HARD = {
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x0f},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0x7f},
    {0, 0, 0, (byte) 0x80},
    {0},
    {'"'},
    {'{', '[', '{', '['},
    {'1', 'e', '9', '9', '9'},
    {'\\', 'u', 'd', '8', '0', '0'}
  };

  private BadBytes() {}

  /** Other bytes, made by one to four changes. */
  static byte[] change(byte[] bytes, RandomGenerator random) {
    byte[] changed = bytes;
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      changed = once(changed, random);
    }
    return changed;
  }

  /** Any bytes. */
  static byte[] any(RandomGenerator random, int most) {
    byte[] bytes = new byte[random.nextInt(most)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] once(byte[] bytes, RandomGenerator random) {
    if (bytes.length == 0) {
      return any(random, 32);
    }
    int place = random.nextInt(bytes.length);
    byte[] changed = bytes.clone();
    switch (random.nextInt(6)) {
      case 0 -> changed[place] ^= (byte) (1 << random.nextInt(8));
      case 1 -> changed[place] = (byte) random.nextInt();
      case 2 -> changed = Arrays.copyOf(bytes, place);
      case 3 -> changed = joined(bytes, place, any(random, 16));
      case 4 -> changed = joined(bytes, place, HARD[random.nextInt(HARD.length)]);
      default -> changed = joined(bytes, place, Arrays.copyOfRange(bytes, place / 2, place));
    }
    return changed;
  }

  private static byte[] joined(byte[] bytes, int place, byte[] more) {
    byte[] joined = new byte[bytes.length + more.length];
    System.arraycopy(bytes, 0, joined, 0, place);
    System.arraycopy(more, 0, joined, place, more.length);
    System.arraycopy(bytes, place, joined, place + more.length, bytes.length - place);
    return joined;
  }
}
