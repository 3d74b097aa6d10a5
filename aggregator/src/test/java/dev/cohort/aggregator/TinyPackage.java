package dev.cohort.aggregator;

import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import java.nio.file.Path;

/** The small package of random weights that the repository holds for tests. */
public final class TinyPackage {
  /** Its folder. */
  public static final Path PATH =
      Path.of("..", "packages", "src", "test", "resources", "tiny-package").toAbsolutePath();

  private TinyPackage() {}

  /** The package, verified. */
  public static Package open() {
    try {
      return Package.open(PATH);
    } catch (PackageException e) {
      throw new AssertionError(e);
    }
  }
}
