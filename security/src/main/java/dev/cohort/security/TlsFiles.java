package dev.cohort.security;

import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Loads key and trust managers from files and keeps them up to date. Thread-safe. */
final class TlsFiles {
  private static final AtomicLong ALIASES = new AtomicLong();

  private final FileReloader reloader;
  private final Clock clock;

  TlsFiles(FileReloader reloader, Clock clock) {
    this.reloader = reloader;
    this.clock = clock;
  }

  /**
   * @throws IllegalArgumentException naming the file that is wrong
   */
  IdentityKeys identity(ConfiguredFile certificate, ConfiguredFile key) {
    IdentityKeys[] loaded = new IdentityKeys[1];
    reloader.watch(
        List.of(certificate, key),
        contents -> {
          Identity next = identity(certificate, key, contents);
          if (loaded[0] == null) {
            loaded[0] = new IdentityKeys(next);
          } else {
            loaded[0].replace(next);
          }
          return next.toString();
        });
    return loaded[0];
  }

  /**
   * @throws IllegalArgumentException naming the file when it is wrong
   */
  Authorities authorities(ConfiguredFile file) {
    Authorities[] loaded = new Authorities[1];
    reloader.watch(
        List.of(file),
        contents -> {
          List<X509Certificate> next = Pem.certificates(file, contents.getFirst());
          if (loaded[0] == null) {
            loaded[0] = new Authorities(next);
          } else {
            loaded[0].replace(next);
          }
          return "%d certificate authorities of %s".formatted(next.size(), file.key());
        });
    return loaded[0];
  }

  private Identity identity(ConfiguredFile certificate, ConfiguredFile key, List<byte[]> contents) {
    return new Identity(
            "identity-" + ALIASES.incrementAndGet(),
            Pem.privateKey(key, contents.get(1)),
            Pem.certificates(certificate, contents.get(0)))
        .checked(certificate, key, clock.instant());
  }
}
