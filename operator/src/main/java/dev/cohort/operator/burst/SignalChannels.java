package dev.cohort.operator.burst;

import dev.cohort.operator.config.OperatorSettings.Credentials;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Connections to aggregators. Where an ensemble has TLS, the authority of its certificate is read
 * from the Secret that its spec names, each time anew; a token or a certificate of the operator is
 * shown where there is one. Thread-safe.
 */
public final class SignalChannels implements SignalCache.Channels {
  /** The signals of 64 students on 1,024 seats are below it. */
  private static final int MAX_MESSAGE_BYTES = 1 << 20;

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(5);
  private static final int CONNECT_MILLIS = 3_000;
  private static final String AUTHORITY = "ca.crt";

  private final Credentials credentials;
  private final KubernetesClient client;

  /**
   * Makes connections.
   *
   * @param credentials what the operator shows
   * @param client stays the caller's
   */
  public SignalChannels(Credentials credentials, KubernetesClient client) {
    this.credentials = credentials;
    this.client = client;
  }

  @Override
  public ManagedChannel open(Target target) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(target.address(), target.port())
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    target
        .tls()
        .map(this::context)
        .ifPresentOrElse(
            tls -> builder.sslContext(tls).overrideAuthority(target.host()), builder::usePlaintext);
    // Without TLS a token would travel in the clear.
    if (target.tls().isPresent()) {
      credentials.token().ifPresent(file -> builder.intercept(new Bearer(file)));
    }
    return builder.build();
  }

  private SslContext context(Target.Secret secret) {
    try {
      SslContextBuilder builder =
          GrpcSslContexts.forClient().trustManager(new ByteArrayInputStream(authority(secret)));
      if (credentials.certificate().isPresent()) {
        builder.keyManager(
            credentials.certificate().get().toFile(), credentials.key().orElseThrow().toFile());
      }
      return builder.build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] authority(Target.Secret secret) {
    return Optional.ofNullable(
            client.secrets().inNamespace(secret.namespace()).withName(secret.name()).get())
        .map(found -> found.getData())
        .map(data -> data.get(AUTHORITY))
        .map(Base64.getDecoder()::decode)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Secret %s has no %s".formatted(secret.name(), AUTHORITY)));
  }

  /** Shows a token, read anew for each call. */
  private record Bearer(Path file) implements ClientInterceptor {
    private static final Metadata.Key<String> AUTHORIZATION =
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<A> responses, Metadata headers) {
          headers.put(AUTHORIZATION, "Bearer " + token());
          super.start(responses, headers);
        }
      };
    }

    private String token() {
      try {
        return Files.readString(file).strip();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
