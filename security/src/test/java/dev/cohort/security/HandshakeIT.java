package dev.cohort.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.testing.TestAuthority;
import dev.cohort.testing.TestAuthority.Issued;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gRPC server and clients with certificates of our own. */
class HandshakeIT {
  private static final long DEADLINE_SECONDS = 20;

  @TempDir private Path folder;
  private final TestAuthority servers = new TestAuthority("servers");
  private final TestAuthority clients = new TestAuthority("clients");
  private Path serverCertificate;
  private Path serverKey;
  private Path serverCa;
  private Path clientCa;
  private ServerSecurity security;
  private Server server;

  @BeforeEach
  void start() throws Exception {
    serverCertificate = folder.resolve("server.pem");
    serverKey = folder.resolve("server.key");
    servers.issue("server").write(serverCertificate, serverKey);
    serverCa = Files.writeString(folder.resolve("server-ca.pem"), servers.pem());
    clientCa = Files.writeString(folder.resolve("client-ca.pem"), clients.pem());
    security =
        ServerSecurity.ofCertificates(
            "0.0.0.0", Configs.tls(null, serverCertificate, serverKey, clientCa), Optional.empty());
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .sslContext(security.tls().orElseThrow().grpc())
            .addService(new HealthStatusManager().getHealthService())
            .build()
            .start();
  }

  @AfterEach
  void stop() throws Exception {
    server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    security.close();
  }

  /** A client in files of its own. */
  private ClientTls client(Path ca, Optional<Issued> own) {
    if (own.isEmpty()) {
      return ClientTls.of("", Configs.client(null, ca, null, null), List.of()).orElseThrow();
    }
    Path certificate = folder.resolve("client.pem");
    Path key = folder.resolve("client.key");
    own.get().write(certificate, key);
    return ClientTls.of("", Configs.client(null, ca, certificate, key), List.of()).orElseThrow();
  }

  private ManagedChannel channel(ClientTls tls) {
    return channel(tls, "localhost");
  }

  private ManagedChannel channel(ClientTls tls, String name) {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
        .overrideAuthority(name)
        .sslContext(tls.grpc())
        .build();
  }

  private static void call(ManagedChannel channel) {
    HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .check(HealthCheckRequest.getDefaultInstance());
  }

  private void answers(ClientTls tls) {
    ManagedChannel channel = channel(tls);
    try (tls) {
      call(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private void fails(ClientTls tls, String name) {
    ManagedChannel channel = channel(tls, name);
    try (tls) {
      StatusRuntimeException failure =
          assertThrows(StatusRuntimeException.class, () -> call(channel));
      assertEquals(Status.Code.UNAVAILABLE, failure.getStatus().getCode(), failure.toString());
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void bothSidesMustBeSignedBeInTimeAndHaveTheName() {
    answers(client(serverCa, Optional.of(clients.issue("client"))));
    fails(client(serverCa, Optional.empty()), "localhost");
    fails(client(serverCa, Optional.of(servers.issue("client"))), "localhost");
    fails(client(clientCa, Optional.of(clients.issue("client"))), "localhost");
    fails(client(serverCa, Optional.of(clients.issue("client"))), "example.org");
  }

  @Test
  void expiredClientsAreRefusedAlsoWhenTheyDoNotLook() {
    Issued expired = clients.issueExpired("client");
    SSLException refusal =
        assertThrows(SSLException.class, () -> serial(expired, "TLSv1.3").toString());
    assertTrue(refusal.getMessage().contains("certificate"), refusal.toString());
  }

  @Test
  void oldVersionsOfTlsAreRefused() throws Exception {
    Issued valid = clients.issue("client");
    assertEquals(serial(valid, "TLSv1.3"), serial(valid, "TLSv1.2"));
    ServerTls tls = security.tls().orElseThrow();
    for (SslContext context : List.of(tls.grpc(), tls.http())) {
      SSLEngine engine = context.newEngine(ByteBufAllocator.DEFAULT);
      assertEquals(Set.of("TLSv1.3", "TLSv1.2"), Set.of(engine.getEnabledProtocols()));
      assertTrue(engine.getNeedClientAuth());
    }
  }

  /** The server's certificate is replaced again and again while clients come and go. */
  @Test
  void rotationFailsNoRequest() throws Exception {
    try (ClientTls tls = client(serverCa, Optional.of(clients.issue("client")))) {
      ManagedChannel lasting = channel(tls);
      call(lasting);
      Issued own = clients.issue("prober");
      for (int rotation = 0; rotation < 2; rotation++) {
        BigInteger before = serial(own, "TLSv1.3");
        servers.issue("server " + rotation).write(serverCertificate, serverKey);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (before.equals(serial(own, "TLSv1.3"))) {
          assertTrue(System.nanoTime() < end, "the certificate is still the former one");
          call(lasting);
          ManagedChannel fresh = channel(tls);
          call(fresh);
          fresh.shutdownNow();
        }
      }
      // Half of a pair is not taken, and does no harm.
      BigInteger before = serial(own, "TLSv1.3");
      TestAuthority.replace(serverKey, servers.issue("server").key());
      TestAuthority.replace(clientCa, clients.pem() + servers.pem());
      awaitAnswer(servers.issue("client of the second authority"));
      assertEquals(before, serial(own, "TLSv1.3"));
      call(lasting);
      lasting.shutdownNow();
    }
  }

  /** A client that keeps its sessions must not get round the new authorities. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void sessionsDoNotOutliveTheirAuthority(String version) throws Exception {
    SSLContext keeping = context(clients.issue("client"));
    serial(keeping, version);
    TestAuthority.replace(clientCa, new TestAuthority("next").pem());
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (isLetIn(keeping, version)) {
      assertTrue(System.nanoTime() < end, "still let in");
    }
  }

  private boolean isLetIn(SSLContext context, String version) throws Exception {
    try {
      serial(context, version);
      return true;
    } catch (SSLException | SocketException e) {
      return false;
    }
  }

  @Test
  void authoritiesOfClientsAreReplaced() {
    TestAuthority next = new TestAuthority("next");
    fails(client(serverCa, Optional.of(next.issue("client"))), "localhost");
    TestAuthority.replace(clientCa, next.pem());
    awaitAnswer(next.issue("client"));
    fails(client(serverCa, Optional.of(clients.issue("client"))), "localhost");
  }

  private void awaitAnswer(Issued own) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    while (true) {
      try (ClientTls tls = client(serverCa, Optional.of(own))) {
        ManagedChannel channel = channel(tls);
        try {
          call(channel);
          return;
        } catch (StatusRuntimeException e) {
          assertTrue(System.nanoTime() < end, "still refused: " + e);
        } finally {
          channel.shutdownNow();
        }
      }
    }
  }

  private BigInteger serial(Issued own, String version) throws Exception {
    return serial(context(own), version);
  }

  private SSLContext context(Issued own) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    Identity identity =
        new Identity(
            "probe",
            Pem.privateKey(text(), own.key().getBytes()),
            Pem.certificates(text(), own.certificate().getBytes()));
    Authorities trusted = new Authorities(Pem.certificates(text(), servers.pem().getBytes()));
    context.init(
        new javax.net.ssl.KeyManager[] {new IdentityKeys(identity)},
        new javax.net.ssl.TrustManager[] {trusted},
        null);
    return context;
  }

  /** A bare handshake; the serial number of the server's certificate. */
  private BigInteger serial(SSLContext context, String version) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.getPort())) {
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(DEADLINE_SECONDS));
      socket.setEnabledProtocols(new String[] {version});
      var parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"h2"});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      // In TLS 1.3 the server's refusal comes after the client's end of the handshake.
      assertTrue(socket.getInputStream().read() >= 0, "closed");
      return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
    }
  }

  private static ConfiguredFile text() {
    return new ConfiguredFile("test", Path.of("text"));
  }
}
