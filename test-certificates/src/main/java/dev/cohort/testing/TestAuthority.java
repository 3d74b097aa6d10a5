package dev.cohort.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority in memory, with keys on the curve P-256. For tests only: no key is ever
 * protected. Thread-safe.
 */
public final class TestAuthority {
  private static final byte[] ECDSA_WITH_SHA256 =
      Der.sequence(Der.oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  private static final byte[] BASIC_CONSTRAINTS = Der.oid(0x55, 0x1d, 0x13);
  private static final byte[] ALTERNATIVE_NAMES = Der.oid(0x55, 0x1d, 0x11);
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final String name;
  private final KeyPair keys = newKeys();
  private final String pem;

  /** PEM texts of a certificate and its key. */
  public record Issued(String certificate, String key) {
    /** Puts both into files, each at once, as a rotation does. */
    public void write(Path certificateFile, Path keyFile) {
      replace(certificateFile, certificate);
      replace(keyFile, key);
    }
  }

  /** An authority with a new key. */
  public TestAuthority(String name) {
    this.name = name;
    byte[] constraints = Der.sequence(Der.yes());
    this.pem =
        pem(
            "CERTIFICATE",
            signed(
                name,
                keys.getPublic(),
                Instant.now().plus(Duration.ofDays(1)),
                Der.sequence(BASIC_CONSTRAINTS, Der.yes(), Der.octets(constraints))));
  }

  /** The authority's own certificate. */
  public String pem() {
    return pem;
  }

  /** Valid for a day, for {@code localhost} and {@code 127.0.0.1}, as a server or as a client. */
  public Issued issue(String subject) {
    return issueFor(subject);
  }

  /** The same, and valid for these names of DNS too. */
  public Issued issueFor(String subject, String... hosts) {
    return issue(subject, Instant.now().plus(Duration.ofDays(1)), hosts);
  }

  /**
   * For connections of the JDK: shows a certificate for {@code localhost} and {@code 127.0.0.1} and
   * trusts this authority.
   */
  public SSLContext context() {
    Issued issued = issue("localhost");
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "own",
          key(issued.key()),
          new char[0],
          new Certificate[] {certificate(issued.certificate())});
      store.setCertificateEntry("authority", certificate(pem));
      KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
      own.init(store, new char[0]);
      TrustManagerFactory others = TrustManagerFactory.getInstance("PKIX");
      others.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), others.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Certificate certificate(String pem) throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static PrivateKey key(String pem) throws GeneralSecurityException {
    String base64 = pem.replaceAll("-----[^-]*-----", "").replaceAll("\\s", "");
    return KeyFactory.getInstance("EC")
        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
  }

  /** One that was valid until an hour ago. */
  public Issued issueExpired(String subject) {
    return issue(subject, Instant.now().minus(Duration.ofHours(1)));
  }

  private Issued issue(String subject, Instant end, String... hosts) {
    KeyPair own = newKeys();
    byte[] names =
        Der.sequence(
            Stream.concat(
                    Stream.concat(Stream.of("localhost"), Stream.of(hosts))
                        .map(host -> Der.tagged(0x82, host.getBytes(StandardCharsets.US_ASCII))),
                    Stream.of(Der.tagged(0x87, new byte[] {127, 0, 0, 1})))
                .toArray(byte[][]::new));
    byte[] certificate =
        signed(subject, own.getPublic(), end, Der.sequence(ALTERNATIVE_NAMES, Der.octets(names)));
    return new Issued(
        pem("CERTIFICATE", certificate), pem("PRIVATE KEY", own.getPrivate().getEncoded()));
  }

  /** Replaces a file's content in one step. */
  public static void replace(Path file, String content) {
    try {
      Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), content);
      Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] signed(String subject, PublicKey key, Instant end, byte[] extension) {
    byte[] toSign =
        Der.sequence(
            Der.tagged(0xa0, Der.integer(BigInteger.TWO)),
            Der.integer(BigInteger.valueOf(SERIAL.incrementAndGet())),
            ECDSA_WITH_SHA256,
            Der.name(name),
            Der.sequence(Der.time(Instant.now().minus(Duration.ofDays(1))), Der.time(end)),
            Der.name(subject),
            key.getEncoded(),
            Der.tagged(0xa3, Der.sequence(extension)));
    return Der.sequence(toSign, ECDSA_WITH_SHA256, Der.bits(sign(toSign, keys.getPrivate())));
  }

  private static byte[] sign(byte[] content, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(key);
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String label, byte[] content) {
    String base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, base64);
  }
}
