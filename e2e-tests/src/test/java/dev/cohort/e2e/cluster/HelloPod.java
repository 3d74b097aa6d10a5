package dev.cohort.e2e.cluster;

import dev.cohort.e2e.ApiServer;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Pods of the small HTTP server {@code cluster/cmd/hello}, and what it answers. */
final class HelloPod {
  static final int PORT = 8080;
  static final String CONTAINER = "hello";

  private static final String IMAGE = "cohort.test/hello:1";
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private HelloPod() {}

  /** The archive with the image. */
  static Path image() {
    return ApiServer.programs().resolve("images").resolve("hello.tar");
  }

  /** A pod that the standard "restricted" allows. */
  static Pod restricted(String namespace, String name) {
    return restricted(namespace, name, Map.of());
  }

  /** A pod that the standard "restricted" allows, with more limits. */
  static Pod restricted(String namespace, String name, Map<String, Quantity> limits) {
    return new PodBuilder(careless(namespace, name))
        .editSpec()
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .editFirstContainer()
        .withNewResources()
        .withLimits(limits)
        .endResources()
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .endContainer()
        .endSpec()
        .build();
  }

  /** A pod that says nothing of its security. */
  static Pod careless(String namespace, String name) {
    return new PodBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name)
        .addToLabels("app", name)
        .endMetadata()
        .withNewSpec()
        .withTerminationGracePeriodSeconds(1L)
        .addNewContainer()
        .withName(CONTAINER)
        .withImage(IMAGE)
        .withImagePullPolicy("IfNotPresent")
        .addNewPort()
        .withContainerPort(PORT)
        .endPort()
        .withNewReadinessProbe()
        .withNewHttpGet()
        .withPath("/healthz")
        .withNewPort(PORT)
        .endHttpGet()
        .withPeriodSeconds(1)
        .endReadinessProbe()
        .endContainer()
        .endSpec()
        .build();
  }

  /**
   * What the server answers.
   *
   * @param query such as {@code lookup?name=kubernetes}
   */
  static String ask(InetSocketAddress server, String query) {
    URI uri =
        URI.create("http://%s:%d/%s".formatted(server.getHostString(), server.getPort(), query));
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(DEADLINE).build();
    try {
      return HTTP.send(request, BodyHandlers.ofString()).body().strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** What a server gets from another URL: "200 OK ..." or why it gets nothing. */
  static String get(InetSocketAddress server, String url) {
    return ask(server, "get?url=" + URLEncoder.encode(url, StandardCharsets.UTF_8));
  }
}
