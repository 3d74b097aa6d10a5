package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.protocol.student.v1.DescribeRequest;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import dev.cohort.security.ClientTls;
import dev.cohort.security.ClientTlsConfig;
import dev.cohort.testing.TestAuthority;
import io.grpc.Server;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS to seats whose addresses change: their certificates name the Service, not the address. */
class SeatNameIT {
  /** The certificate is for localhost and 127.0.0.1 only. */
  private static final String ADDRESS = "127.0.0.2";

  private record Config(
      Optional<String> mode, Optional<Path> ca, Optional<Path> certificate, Optional<Path> key)
      implements ClientTlsConfig {}

  @TempDir private Path folder;

  @Test
  void certificateMustNameTheMemberAndNotItsAddress() throws Exception {
    TestAuthority authority = new TestAuthority("inside");
    Path ca = Files.writeString(folder.resolve("ca.pem"), authority.pem());
    Path certificate = folder.resolve("seat.pem");
    Path key = folder.resolve("seat.key");
    authority.issue("seat").write(certificate, key);
    Server seat =
        NettyServerBuilder.forAddress(new InetSocketAddress(ADDRESS, 0))
            .sslContext(GrpcSslContexts.forServer(certificate.toFile(), key.toFile()).build())
            .addService(new Described())
            .build()
            .start();
    try (ClientTls tls = tls(ca)) {
      assertEquals("it answered", describe(seat, "localhost", tls));
      for (String wrong : List.of(ADDRESS, "student-1.cohort.svc")) {
        String failure = describe(seat, wrong, tls);
        assertTrue(failure.startsWith("UNAVAILABLE"), failure);
        assertTrue(failure.contains(wrong), failure);
      }
    } finally {
      seat.shutdownNow();
    }
  }

  private static String describe(Server seat, String authority, ClientTls tls) throws Exception {
    SeatMember member = new SeatMember(new SeatAddress(ADDRESS, seat.getPort()), authority);
    CompletableFuture<String> outcome = new CompletableFuture<>();
    try (OwnerThread owner =
            new OwnerThread(
                "cohort-dispatch",
                new ServingMetrics(new SimpleMeterRegistry()),
                NanoClock.SYSTEM);
        SeatChannel channel = new SeatChannel(member, Optional.of(tls), owner)) {
      channel.describe(
          Duration.ofSeconds(30), answer -> outcome.complete("it answered"), outcome::complete);
      return outcome.get(40, TimeUnit.SECONDS);
    }
  }

  private static ClientTls tls(Path ca) {
    return ClientTls.of(
            "cohort.seats-tls.",
            new Config(Optional.empty(), Optional.of(ca), Optional.empty(), Optional.empty()),
            List.of(ADDRESS))
        .orElseThrow();
  }

  private static final class Described extends StudentServiceGrpc.StudentServiceImplBase {
    @Override
    public void describe(DescribeRequest request, StreamObserver<DescribeResponse> out) {
      out.onNext(DescribeResponse.getDefaultInstance());
      out.onCompleted();
    }
  }
}
