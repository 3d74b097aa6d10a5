package dev.cohort.packages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.PackageException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random damage to every file of a real package. */
class PackageFuzzTest {
  private static final int MUTATIONS = 1_000;
  private static final int RESEALED = 600;

  private final Random random = new Random(20_261_121);

  @Test
  void everyMutationIsRefusedWithFileAndReason() throws IOException {
    Path folder = TinyPackage.copy("tiny-package");
    List<Path> files = TinyPackage.files(folder);
    Set<Reason> seen = EnumSet.noneOf(Reason.class);
    for (int i = 0; i < MUTATIONS; i++) {
      Path file = files.get(i % files.size());
      byte[] good = Files.readAllBytes(file);
      Files.write(file, mutated(good));
      PackageException refused =
          assertThrows(PackageException.class, () -> Package.open(folder), file.toString());
      assertEquals(file.getFileName().toString(), refused.file(), refused.getMessage());
      seen.add(refused.reason());
      Files.write(file, good);
    }
    assertTrue(seen.containsAll(EnumSet.of(Reason.SIZE, Reason.HASH, Reason.FORMAT)), "" + seen);
    assertEquals(3, Package.open(folder).manifest().studentsTotal());
  }

  /**
   * The same damage by a writer who makes size, hash and digest right: the readers may find it or
   * not, but never fail in another way than their own.
   */
  @Test
  void noMutationBreaksAReader() throws IOException {
    Path folder = TinyPackage.copy("tiny-package");
    List<String> names = List.of("student-0.onnx", "student-0.safetensors", "tokenizer.json");
    int refusals = 0;
    for (int i = 0; i < RESEALED; i++) {
      Path file = folder.resolve(names.get(i % names.size()));
      byte[] good = Files.readAllBytes(file);
      byte[] bad = random.nextBoolean() ? mutatedStart(good) : mutated(good);
      ManifestText.replace(folder, file.getFileName().toString(), bad);
      try {
        Package.open(folder);
      } catch (PackageException e) {
        refusals++;
      }
      Files.write(file, good);
    }
    assertTrue(refusals > RESEALED / 4, "only " + refusals + " refused");
  }

  /** Weight files begin with their header: damage there is what the reader must survive. */
  private byte[] mutatedStart(byte[] good) {
    byte[] bad = good.clone();
    bad[random.nextInt(Math.min(good.length, 600))] = (byte) random.nextInt();
    return Arrays.equals(good, bad) ? mutated(good) : bad;
  }

  private byte[] mutated(byte[] good) {
    byte[] bad =
        switch (random.nextInt(5)) {
          case 0 -> flipped(good);
          case 1 -> Arrays.copyOf(good, random.nextInt(good.length));
          case 2 -> extended(good);
          case 3 -> swapped(good);
          default -> overwritten(good);
        };
    return Arrays.equals(good, bad) ? flipped(good) : bad;
  }

  private byte[] flipped(byte[] good) {
    byte[] bad = good.clone();
    bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
    return bad;
  }

  private byte[] extended(byte[] good) {
    byte[] bad = Arrays.copyOf(good, good.length + 1 + random.nextInt(64));
    for (int i = good.length; i < bad.length; i++) {
      bad[i] = (byte) random.nextInt();
    }
    return bad;
  }

  private byte[] swapped(byte[] good) {
    byte[] bad = good.clone();
    int a = random.nextInt(bad.length);
    int b = random.nextInt(bad.length);
    bad[a] = good[b];
    bad[b] = good[a];
    return bad;
  }

  private byte[] overwritten(byte[] good) {
    byte[] bad = good.clone();
    int start = random.nextInt(bad.length);
    int end = Math.min(bad.length, start + 1 + random.nextInt(32));
    for (int i = start; i < end; i++) {
      bad[i] = (byte) random.nextInt();
    }
    return bad;
  }
}
