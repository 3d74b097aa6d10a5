package dev.cohort.e2e.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the API server of the project's own cluster was asked, from a moment on. */
public final class AuditLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> READS = Set.of("get", "list", "watch");

  /**
   * One finished request.
   *
   * @param user who asked, or as whom, such as {@code system:serviceaccount:NAMESPACE:NAME}
   * @param verb such as {@code patch}
   * @param resource plural, with the subresource after a slash
   * @param namespace empty for what has none
   * @param name empty for lists
   * @param code of HTTP
   * @param received when it came
   * @param violation what Pod Security would have refused; empty if nothing
   */
  public record Entry(
      String user,
      String verb,
      String resource,
      String namespace,
      String name,
      int code,
      Instant received,
      String violation) {
    /** Whether it was to change something. */
    public boolean isWrite() {
      return !READS.contains(verb);
    }

    /** Whether it was about the election. */
    public boolean isOfLease() {
      return resource.equals("leases");
    }
  }

  private final Path file;
  private final long begin;

  private AuditLog(Path file, long begin) {
    this.file = file;
    this.begin = begin;
  }

  /** All from the start of the cluster. */
  public static AuditLog whole() {
    return new AuditLog(OwnCluster.auditLog(), 0);
  }

  /** All from now on. */
  public static AuditLog fromNow() {
    return new AuditLog(OwnCluster.auditLog(), OwnCluster.auditLog().toFile().length());
  }

  /** All of a file, such as another server's. */
  public static AuditLog in(Path file) {
    return new AuditLog(file, 0);
  }

  /** What has been written until now. */
  public List<Entry> entries() {
    return text().lines().map(AuditLog::entry).toList();
  }

  /** What one ServiceAccount has asked. */
  public List<Entry> of(String namespace, String account) {
    String user = "system:serviceaccount:%s:%s".formatted(namespace, account);
    return entries().stream().filter(entry -> entry.user().equals(user)).toList();
  }

  private String text() {
    try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[Math.toIntExact(log.length() - begin)];
      log.seek(begin);
      log.readFully(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      // The last line may be half there.
      return text.substring(0, text.lastIndexOf('\n') + 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Entry entry(String line) {
    try {
      JsonNode event = JSON.readTree(line);
      JsonNode object = event.path("objectRef");
      String subresource = object.path("subresource").asText();
      return new Entry(
          event
              .at(event.has("impersonatedUser") ? "/impersonatedUser/username" : "/user/username")
              .asText(),
          event.path("verb").asText(),
          object.path("resource").asText() + (subresource.isEmpty() ? "" : "/" + subresource),
          object.path("namespace").asText(),
          object.path("name").asText(),
          event.path("responseStatus").path("code").asInt(),
          Instant.parse(event.path("requestReceivedTimestamp").asText()),
          Optional.of(event.path("annotations"))
              .map(all -> all.path("pod-security.kubernetes.io/audit-violations").asText())
              .orElse(""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
