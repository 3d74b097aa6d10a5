package dev.cohort.security;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A certificate with its chain and its key, which belong together. Immutable.
 *
 * @param alias differs from that of any other identity of this process
 * @param chain the own certificate first
 */
record Identity(String alias, PrivateKey key, List<X509Certificate> chain) {
  private static final byte[] PROBE = {1, 2, 3};

  /** Copies the list. */
  Identity {
    chain = List.copyOf(chain);
  }

  /** Says who it is; no secrets. */
  @Override
  public String toString() {
    X509Certificate own = chain.getFirst();
    return "certificate of %s, serial number %x, valid until %s"
        .formatted(
            own.getSubjectX500Principal(), own.getSerialNumber(), own.getNotAfter().toInstant());
  }

  /**
   * Checks that the key is the certificate's and that the certificate is valid now.
   *
   * @throws IllegalArgumentException naming the files
   */
  Identity checked(ConfiguredFile certificateFile, ConfiguredFile keyFile, Instant now) {
    X509Certificate own = chain.getFirst();
    if (now.isAfter(own.getNotAfter().toInstant())) {
      throw certificateFile.wrong("expired at " + own.getNotAfter().toInstant());
    }
    if (!belongTogether(own.getPublicKey())) {
      throw keyFile.wrong("is not the key of the certificate in " + certificateFile.path());
    }
    return this;
  }

  private boolean belongTogether(PublicKey certified) {
    if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
      return false;
    }
    try {
      Signature signature = Signature.getInstance(signatureAlgorithm());
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private String signatureAlgorithm() {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> key.getAlgorithm();
    };
  }
}
