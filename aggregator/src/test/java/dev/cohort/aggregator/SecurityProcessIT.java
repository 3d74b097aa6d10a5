package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.cohort.protocol.inference.ServerMetadataRequest;
import dev.cohort.protocol.inference.ServerReadyRequest;
import dev.cohort.security.NewToken;
import dev.cohort.testing.TestAuthority;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged programs with mutual TLS between them, TLS and tokens in front of them. */
class SecurityProcessIT {
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final Path LOG = Path.of("target", "aggregator-security.log");
  private static final Path SEAT_JAR =
      Path.of("..", "student-service", "target", "quarkus-app", "quarkus-run.jar").toAbsolutePath();
  private static final Path SEAT_LOG = Path.of("target", "seat-security.log");
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final String BODY =
      "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"a\"]}]}";

  @TempDir private Path folder;
  private final TestAuthority front = new TestAuthority("front");
  private final TestAuthority inside = new TestAuthority("inside");
  private final int httpPort = RealSeat.freePort();
  private final int grpcPort = RealSeat.freePort();
  private final int metricsPort = RealSeat.freePort();
  private HttpClient http;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path issued(TestAuthority authority, String name) {
    Path certificate = folder.resolve(name + ".pem");
    authority.issue(name).write(certificate, folder.resolve(name + ".key"));
    return certificate;
  }

  private Process seat(int port) throws IOException {
    return RealSeat.launch(
        SEAT_JAR,
        SEAT_LOG,
        "cohort.package=" + TinyPackage.PATH,
        "cohort.port=" + port,
        "cohort.metrics-port=" + RealSeat.freePort(),
        "cohort.tls.certificate=" + issued(inside, "seat"),
        "cohort.tls.key=" + folder.resolve("seat.key"),
        "cohort.tls.client-ca=" + file("inside.pem", inside.pem()));
  }

  private Process aggregator(int seatPort, Path tokens) {
    return RealSeat.launch(
        JAR,
        LOG,
        "cohort.packages=" + TinyPackage.PATH,
        "cohort.seats=127.0.0.1:" + seatPort,
        "cohort.seats-tls.ca=" + folder.resolve("inside.pem"),
        "cohort.seats-tls.certificate=" + issued(inside, "aggregator"),
        "cohort.seats-tls.key=" + folder.resolve("aggregator.key"),
        "cohort.tls.certificate=" + issued(front, "server"),
        "cohort.tls.key=" + folder.resolve("server.key"),
        "cohort.auth.tokens=" + tokens,
        "cohort.grpc-port=" + grpcPort,
        "cohort.http-port=" + httpPort,
        "cohort.metrics-port=" + metricsPort);
  }

  @Test
  void answersWhoHasATokenOverTlsOnly() throws Exception {
    NewToken alice = NewToken.of("alice");
    NewToken bob = NewToken.of("bob");
    Path tokens = file("tokens", alice.line());
    int seatPort = RealSeat.freePort();
    Process seat = seat(seatPort);
    Process aggregator = aggregator(seatPort, tokens);
    http = HttpClient.newBuilder().sslContext(trusting(front)).connectTimeout(DEADLINE).build();
    ManagedChannel channel = channel();
    try {
      Await.until("the model is ready", this::isReady);
      checkHttp(alice, bob);
      checkGrpc(channel, alice, bob);
      checkRotation(alice);
      checkReload(tokens, alice, bob, channel);
    } finally {
      channel.shutdownNow();
      http.shutdownNow();
      aggregator.destroy();
      seat.destroy();
    }
    assertTrue(aggregator.waitFor(30, TimeUnit.SECONDS));
    String log = Files.readString(LOG) + Files.readString(SEAT_LOG);
    assertTrue(log.contains("TLS, clients need a token"), log);
    assertTrue(log.contains("TLS, clients need a certificate"), log);
    for (String secret : List.of(alice.token(), bob.token(), "PRIVATE KEY", "Exception")) {
      assertFalse(log.contains(secret), log);
    }
  }

  private void checkHttp(NewToken known, NewToken unknown) throws Exception {
    assertEquals(200, infer("Bearer " + known.token()).statusCode());
    HttpResponse<String> missing = infer(null);
    assertEquals(401, missing.statusCode());
    assertEquals(
        "{\"error\":\"a bearer token is needed; send it as 'authorization: Bearer TOKEN'\"}",
        missing.body());
    assertEquals("Bearer", missing.headers().firstValue("WWW-Authenticate").orElseThrow());
    assertEquals(401, infer("Bearer " + unknown.token()).statusCode());
    assertEquals(401, get("https", httpPort, "/v2").statusCode());
    assertEquals(401, get("https", httpPort, "/v2/models/tiny-package/ready").statusCode());
    assertEquals(401, get("https", httpPort, "/unknown").statusCode());
    assertEquals(200, get("https", httpPort, "/v2/health/live").statusCode());
    assertThrows(IOException.class, () -> get("http", httpPort, "/v2/health/live"));
    assertEquals(200, get("http", metricsPort, "/health/ready").statusCode());
  }

  private void checkGrpc(ManagedChannel channel, NewToken known, NewToken unknown) {
    inferOverGrpc(stub(channel, "Bearer " + known.token()));
    assertEquals(Status.Code.UNAUTHENTICATED, refused(stub(channel, "Bearer " + unknown.token())));
    GRPCInferenceServiceBlockingStub anonymous = anonymous(channel);
    assertEquals(Status.Code.UNAUTHENTICATED, refused(anonymous));
    assertEquals(Status.Code.UNAUTHENTICATED, SignalWatch.of(channel).end().getCode());
    assertTrue(anonymous.serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
    assertThrows(
        StatusRuntimeException.class,
        () -> anonymous.serverMetadata(ServerMetadataRequest.getDefaultInstance()));
    HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE)
        .check(HealthCheckRequest.getDefaultInstance());
  }

  /** New connections get the new certificate; none of them fails. */
  private void checkRotation(NewToken token) throws Exception {
    X509Certificate before = presented();
    issued(front, "server");
    Await.until(
        "the new certificate is presented",
        () -> {
          try {
            assertEquals(200, infer("Bearer " + token.token()).statusCode());
            return !presented().equals(before);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  private void checkReload(Path tokens, NewToken revoked, NewToken added, ManagedChannel channel)
      throws Exception {
    TestAuthority.replace(tokens, added.line());
    Await.until(
        "the new token is known",
        () -> {
          try {
            return infer("Bearer " + added.token()).statusCode() == 200;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    assertEquals(401, infer("Bearer " + revoked.token()).statusCode());
    inferOverGrpc(stub(channel, "Bearer " + added.token()));
    assertEquals(Status.Code.UNAUTHENTICATED, refused(stub(channel, "Bearer " + revoked.token())));
  }

  @Test
  void openAddressesNeedProtectionOrWords() throws Exception {
    Path log = Path.of("target", "aggregator-open.log");
    Process process =
        RealSeat.launch(
            JAR,
            log,
            "cohort.packages=" + TinyPackage.PATH,
            "cohort.host=0.0.0.0",
            "cohort.tls.mode=plaintext");
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(1, process.exitValue());
    assertEquals(
        "aggregator: cohort.host is 0.0.0.0, which other machines can reach, and clients are not"
            + " authenticated; set cohort.auth.tokens to a file of tokens (./cohort token makes"
            + " them), cohort.tls.client-ca to the PEM file of the authority that signs clients'"
            + " certificates, or cohort.auth.mode=none to let anybody call",
        Files.readString(log).strip());
  }

  private boolean isReady() {
    try {
      return get("https", httpPort, "/v2/health/ready").statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> get(String scheme, int port, String path)
      throws IOException, InterruptedException {
    return http.send(request(scheme, port, path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> infer(String authorization)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request("https", httpPort, "/v2/models/tiny-package/infer")
            .POST(HttpRequest.BodyPublishers.ofString(BODY));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String scheme, int port, String path) {
    return HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + path))
        .timeout(DEADLINE);
  }

  private ManagedChannel channel() throws IOException {
    byte[] authority = front.pem().getBytes(StandardCharsets.US_ASCII);
    return Grpc.newChannelBuilderForAddress(
            "127.0.0.1",
            grpcPort,
            TlsChannelCredentials.newBuilder()
                .trustManager(new ByteArrayInputStream(authority))
                .build())
        .build();
  }

  private static GRPCInferenceServiceBlockingStub anonymous(ManagedChannel channel) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(DEADLINE);
  }

  private static GRPCInferenceServiceBlockingStub stub(ManagedChannel channel, String header) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), header);
    return anonymous(channel).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  private static void inferOverGrpc(GRPCInferenceServiceBlockingStub stub) {
    stub.modelInfer(Requests.typed("tiny-package", Requests.texts("text", List.of(1L), "a")));
  }

  private static Status.Code refused(GRPCInferenceServiceBlockingStub stub) {
    return assertThrows(StatusRuntimeException.class, () -> inferOverGrpc(stub))
        .getStatus()
        .getCode();
  }

  /** What a new connection to the HTTP port gets. */
  private X509Certificate presented() throws Exception {
    try (javax.net.ssl.SSLSocket socket =
        (javax.net.ssl.SSLSocket)
            trusting(front).getSocketFactory().createSocket("127.0.0.1", httpPort)) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static SSLContext trusting(TestAuthority authority) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry(
        "authority",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(authority.pem().getBytes(StandardCharsets.US_ASCII))));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
