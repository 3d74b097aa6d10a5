package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cohort.crds.ConditionType;
import dev.cohort.e2e.Await;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.security.NewToken;
import dev.cohort.testing.TestAuthority;
import dev.cohort.testing.TestAuthority.Issued;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Certificates and tokens of all hops are replaced while requests come; no pod starts anew. */
@Tag("B")
@ExtendWith(ClusterExtension.class)
final class RotationE2E {
  private static final String NAME = "secured";
  private static final String SPEC =
      ("%s, %s, replicas: 2, scaling: {mode: 'Off', minSeats: 1}, security: {clientTls: {secretName: front},"
              + " clientTokens: {secretName: tokens}, seatTls: {seats: {secretName: seats},"
              + " aggregators: {secretName: aggregators}}}")
          .formatted(ServedEnsemble.of(Packages.DEMO), ServedEnsemble.SMALL);
  private static final int FRONT_PORT = 8001;
  private static final int SEAT_PORT = 9100;
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private static final TestAuthority AUTHORITY = new TestAuthority("rotation");
  private static final NewToken OLD = NewToken.of("old");
  private static final NewToken NEW = NewToken.of("new");

  private static Cluster cluster;
  private static ServedEnsemble ensemble;
  private static String operators;

  @BeforeAll
  static void serve(Cluster shared, Installation installation) {
    cluster = shared;
    operators = installation.tokenLine();
    String namespace = cluster.namespace("rotation");
    certificates(namespace);
    tokens(namespace, OLD);
    ensemble = ServedEnsemble.create(cluster, namespace, NAME, SPEC);
    ensemble.awaitWhole();
    ensemble.awaitCondition(ConditionType.METRICS_AVAILABLE, "True");
  }

  @Test
  void newSecretsHoldAtOnce() {
    Map<String, Integer> pods = ensemble.restarts();
    AtomicReference<String> token = new AtomicReference<>(OLD.token());
    try (Prober prober =
        Prober.start(() -> connection(ensemble.grpc(), token::get), UnderLoad.RATE, DEADLINE)) {
      UnderLoad.of(
          prober,
          "rotation",
          asking -> {
            List<Certificate> before = shown();
            long begin = System.nanoTime();
            certificates(ensemble.namespace());
            tokens(ensemble.namespace(), OLD, NEW);
            touch("both");
            Await.until(
                "new certificates everywhere",
                ServedEnsemble.START,
                () -> shown().stream().noneMatch(before::contains));
            Await.until("the new token", ServedEnsemble.START, () -> areLetIn(NEW));
            Figures.note("rotation", Duration.ofNanos(System.nanoTime() - begin));
            token.set(NEW.token());
            // Those that are on their way with the old one.
            asking.awaitAnswers(2 * UnderLoad.RATE);
            tokens(ensemble.namespace(), NEW);
            touch("new");
            Await.until("the old token is refused", ServedEnsemble.START, () -> areRefused(OLD));
          });
    }
    ensemble.awaitCondition(ConditionType.METRICS_AVAILABLE, "True");
    assertEquals(pods, ensemble.restarts());
  }

  private static void certificates(String namespace) {
    String inside = "." + namespace + ".svc";
    certificate(namespace, "front", AUTHORITY.issueFor("front", NAME + inside));
    certificate(namespace, "seats", AUTHORITY.issueFor("seats", NAME + "-seats" + inside));
    certificate(namespace, "aggregators", AUTHORITY.issueFor("aggregators"));
  }

  private static void certificate(String namespace, String name, Issued issued) {
    cluster.secret(
        namespace,
        name,
        Map.of(
            "tls.crt", issued.certificate(), "tls.key", issued.key(), "ca.crt", AUTHORITY.pem()));
  }

  private static void tokens(String namespace, NewToken... clients) {
    String lines =
        String.join("\n", Stream.of(clients).map(NewToken::line).toList()) + "\n" + operators;
    cluster.secret(namespace, "tokens", Map.of("tokens", lines));
  }

  private static Stream<Pod> pods() {
    return Stream.concat(ensemble.seats().stream(), ensemble.aggregators().stream());
  }

  /** The kubelet looks at the Secrets of a pod that has changed at once, else once a minute. */
  private static void touch(String round) {
    pods()
        .forEach(
            pod ->
                cluster
                    .client()
                    .resource(pod)
                    .edit(
                        old ->
                            new PodBuilder(old)
                                .editMetadata()
                                .addToAnnotations("example.org/round", round)
                                .endMetadata()
                                .build()));
  }

  /** The certificates that seats and aggregators show now. */
  private static List<Certificate> shown() {
    return Stream.concat(
            ensemble.seats().stream().map(pod -> cluster.reach(pod, SEAT_PORT)),
            ensemble.aggregators().stream().map(pod -> cluster.reach(pod, FRONT_PORT)))
        .map(RotationE2E::shown)
        .toList();
  }

  private static Certificate shown(InetSocketAddress server) {
    try (SSLSocket socket = (SSLSocket) trusting().getSocketFactory().createSocket()) {
      socket.setSoTimeout((int) DEADLINE.toMillis());
      socket.connect(server, (int) DEADLINE.toMillis());
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SSLContext trusting() {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(authority()));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ByteArrayInputStream authority() {
    return new ByteArrayInputStream(AUTHORITY.pem().getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean areLetIn(NewToken token) {
    return codes(token).allMatch(code -> code == Status.Code.OK);
  }

  private static boolean areRefused(NewToken token) {
    return codes(token).allMatch(code -> code == Status.Code.UNAUTHENTICATED);
  }

  /** What each aggregator says to a request with a token. */
  private static Stream<Status.Code> codes(NewToken token) {
    return ensemble.aggregators().stream()
        .map(pod -> code(cluster.reach(pod, FRONT_PORT), token.token()));
  }

  private static Status.Code code(InetSocketAddress server, String token) {
    ManagedChannel channel = connection(server, () -> token);
    try {
      GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(DEADLINE)
          .modelInfer(Prober.request(0));
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    } finally {
      channel.shutdownNow();
    }
  }

  private static ManagedChannel connection(InetSocketAddress server, Supplier<String> token) {
    try {
      return NettyChannelBuilder.forAddress(server)
          .sslContext(GrpcSslContexts.forClient().trustManager(authority()).build())
          .overrideAuthority(NAME + "." + ensemble.namespace() + ".svc")
          .disableRetry()
          .intercept(bearer(token))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Shows a token, asked for anew for each call. */
  private static ClientInterceptor bearer(Supplier<String> token) {
    return new ClientInterceptor() {
      @Override
      public <Q, A> ClientCall<Q, A> interceptCall(
          MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
        Metadata headers = new Metadata();
        headers.put(
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
            "Bearer " + token.get());
        return MetadataUtils.newAttachHeadersInterceptor(headers)
            .interceptCall(method, options, next);
      }
    };
  }
}
