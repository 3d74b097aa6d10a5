package dev.cohort.security;

import java.util.List;
import java.util.Optional;

/** Settings whose one value switches something off. Stateless. */
final class Mode {
  static final String PLAINTEXT = "plaintext";
  static final String NONE = "none";

  private Mode() {}

  /** Whether the setting has that value; any other value is a fault. */
  static boolean isOff(String key, Optional<String> mode, String off, List<String> faults) {
    if (mode.isPresent() && !mode.get().equals(off)) {
      faults.add("%s is '%s'; allowed is %s, or leave it out".formatted(key, mode.get(), off));
    }
    return mode.isPresent();
  }

  static void throwIfAny(List<String> faults) {
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
  }
}
