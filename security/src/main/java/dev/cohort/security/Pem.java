package dev.cohort.security;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads PEM. Stateless. Messages never hold any of a key. */
final class Pem {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");

  private Pem() {}

  /**
   * All certificates, in the order of the file.
   *
   * @throws IllegalArgumentException naming the file when there is none
   */
  static List<X509Certificate> certificates(ConfiguredFile file, byte[] content) {
    try {
      List<X509Certificate> all =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(content))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (all.isEmpty()) {
        throw file.wrong("holds no certificate (BEGIN CERTIFICATE)");
      }
      return all;
    } catch (CertificateException e) {
      throw file.wrong("holds no certificate that can be read: " + e.getMessage());
    }
  }

  /**
   * The first PKCS#8 key.
   *
   * @throws IllegalArgumentException naming the file when there is none
   */
  static PrivateKey privateKey(ConfiguredFile file, byte[] content) {
    Matcher pem = PKCS8.matcher(new String(content, StandardCharsets.ISO_8859_1));
    if (!pem.find()) {
      throw file.wrong(
          "holds no unencrypted PKCS#8 key (BEGIN PRIVATE KEY); openssl pkcs8 -topk8 -nocrypt makes"
              + " one of other keys");
    }
    try {
      return privateKey(file, new PKCS8EncodedKeySpec(bytes(pem.group(1))));
    } catch (IllegalArgumentException e) {
      throw file.wrong("holds a key that cannot be read; allowed algorithms are " + KEY_ALGORITHMS);
    }
  }

  private static PrivateKey privateKey(ConfiguredFile file, PKCS8EncodedKeySpec encoded) {
    for (String algorithm : KEY_ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException e) {
        // Of another algorithm.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("the JDK lacks " + algorithm + "; this is a bug", e);
      }
    }
    throw file.wrong("has no known algorithm");
  }

  private static byte[] bytes(String base64) {
    byte[] text = base64.getBytes(StandardCharsets.ISO_8859_1);
    try {
      return Base64.getMimeDecoder().decode(text);
    } finally {
      Arrays.fill(text, (byte) 0);
    }
  }
}
