package dev.cohort.packages;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.cohort.packages.PackageException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** {@code package.json}: bytes to a manifest whose form and digest are right. */
final class ManifestReader {
  static final String FILE = "package.json";

  /** The largest legal manifest holds 64 x 65,536 numbers in its self test. */
  static final int MAX_BYTES = 64 << 20;

  private static final int SCHEMA_VERSION = 1;
  private static final String DIGEST_PREFIX = "sha256:";
  private static final int DIGITS = 64;

  private static final JsonMapper JSON = mapper();
  private static final Schema SCHEMA = schema();

  private ManifestReader() {}

  static Manifest read(byte[] bytes) throws PackageException {
    JsonNode root = parse(FILE, bytes);
    checkVersion(root);
    checkSchema(root);
    checkDigest(bytes, root.get("digest").textValue());
    return toManifest(root);
  }

  /** Parses JSON with bounded nesting and without repeated keys. */
  static JsonNode parse(String file, byte[] bytes) throws PackageException {
    try {
      return JSON.readTree(bytes);
    } catch (IOException e) {
      throw new PackageException(Reason.FORMAT, file, "not JSON: " + e.getMessage(), e);
    }
  }

  private static void checkVersion(JsonNode root) throws PackageException {
    JsonNode version = root.path("schema_version");
    if (version.isMissingNode()) {
      throw new PackageException(Reason.SCHEMA_VERSION, FILE, "/schema_version is missing");
    }
    if (!version.isIntegralNumber() || version.longValue() != SCHEMA_VERSION) {
      throw new PackageException(
          Reason.SCHEMA_VERSION,
          FILE,
          "/schema_version is %s; this program reads %d".formatted(version, SCHEMA_VERSION));
    }
  }

  private static void checkSchema(JsonNode root) throws PackageException {
    List<Error> errors =
        SCHEMA.validate(
            root, context -> context.executionConfig(config -> config.locale(Locale.ENGLISH)));
    if (errors.isEmpty()) {
      return;
    }
    Error first = errors.getFirst();
    String more = errors.size() == 1 ? "" : " (and %d more)".formatted(errors.size() - 1);
    throw new PackageException(
        Reason.SCHEMA, FILE, first.getInstanceLocation() + ": " + first.getMessage() + more);
  }

  private static void checkDigest(byte[] bytes, String digest) throws PackageException {
    byte[] value = ("\"" + digest + "\"").getBytes(StandardCharsets.US_ASCII);
    int place = indexOf(bytes, value, 0);
    if (place < 0 || indexOf(bytes, value, place + 1) >= 0) {
      throw new PackageException(
          Reason.DIGEST, FILE, "/digest must stand in the file once, without escapes");
    }
    byte[] copy = bytes.clone();
    int start = place + 1 + DIGEST_PREFIX.length();
    Arrays.fill(copy, start, start + DIGITS, (byte) '0');
    MessageDigest sha256 = PackageFolder.sha256();
    String real = DIGEST_PREFIX + HexFormat.of().formatHex(sha256.digest(copy));
    if (!real.equals(digest)) {
      throw new PackageException(
          Reason.DIGEST, FILE, "/digest is %s; the content's is %s".formatted(digest, real));
    }
  }

  private static Manifest toManifest(JsonNode root) throws PackageException {
    try {
      return JSON.treeToValue(root, Manifest.class);
    } catch (JsonProcessingException e) {
      throw new PackageException(Reason.SCHEMA, FILE, e.getOriginalMessage(), e);
    }
  }

  private static int indexOf(byte[] bytes, byte[] value, int from) {
    for (int i = from; i <= bytes.length - value.length; i++) {
      if (Arrays.equals(bytes, i, i + value.length, value, 0, value.length)) {
        return i;
      }
    }
    return -1;
  }

  private static JsonMapper mapper() {
    StreamReadConstraints bounds =
        StreamReadConstraints.builder()
            .maxNestingDepth(64)
            .maxDocumentLength(MAX_BYTES)
            .maxNumberLength(100)
            .build();
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(bounds)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    return JsonMapper.builder(factory)
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .addModule(new com.fasterxml.jackson.datatype.jdk8.Jdk8Module())
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .build();
  }

  private static Schema schema() {
    try (InputStream resource = ManifestReader.class.getResourceAsStream("package.schema.json")) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(JSON.readTree(resource));
    } catch (IOException e) {
      throw new UncheckedIOException("the schema is not in the jar; this is a bug", e);
    }
  }
}
