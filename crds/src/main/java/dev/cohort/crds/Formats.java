package dev.cohort.crds;

/** Patterns of the strings in the resource. */
final class Formats {
  /** A DNS label. */
  static final String LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

  /** A DNS name, as most objects have. */
  static final String SUBDOMAIN =
      "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

  /** A relative path of plain names; none of them begins with a dot, so that none leads upwards. */
  static final String RELATIVE_PATH =
      "^[A-Za-z0-9_][-A-Za-z0-9._]*(/[A-Za-z0-9_][-A-Za-z0-9._]*)*$";

  /** Reference of an OCI image: registry and path, then a tag, a digest, both or none. */
  static final String IMAGE =
      "^[A-Za-z0-9][-A-Za-z0-9._:]*(/[a-z0-9][-a-z0-9._]*)*"
          + "(:[A-Za-z0-9_][-A-Za-z0-9._]*)?(@sha256:[0-9a-f]{64})?$";

  /** Value of a label. */
  static final String LABEL_VALUE = "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$";

  /** An HTTPS address without user and fragment. */
  static final String HTTPS = "^https://[^\\s/@#?]+(/[^\\s#]*)?$";

  /** An HTTP or HTTPS address without user and fragment. */
  static final String HTTP = "^https?://[^\\s/@#?]+(/[^\\s#]*)?$";

  /** SHA-256 in hexadecimal. */
  static final String SHA256 = "^[0-9a-f]{64}$";

  /** Digest of a package. */
  static final String DIGEST = "^(sha256:)?[0-9a-f]{64}$";

  /** An extended resource: a domain, a slash, a name. */
  static final String EXTENDED_RESOURCE =
      "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+"
          + "/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$";

  /** Name of an environment variable. */
  static final String ENVIRONMENT = "^[A-Za-z_][A-Za-z0-9_]*$";

  /** Key of a Secret. */
  static final String SECRET_KEY = "^[-._A-Za-z0-9]+$";

  /** A word in camel case. */
  static final String CAMEL_CASE = "^[A-Za-z][A-Za-z0-9]*$";

  /** A moment in UTC. */
  static final String TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?Z$";

  private Formats() {}
}
