package dev.cohort.benchmarks.fuzz;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;

/**
 * Bytes that are no HTTP at all, or only begin like it, straight to a port. Whatever comes back
 * that is not a failure of the server is right; that it lives on, the other attacks see.
 */
final class SocketAttack implements Attack {
  private static final byte[] HTTP2_PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HTTP1 =
      "POST /v2/models/x/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n{"
          .getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST = 2048;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<InetSocketAddress> ports;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  SocketAttack(List<InetSocketAddress> ports) {
    this.ports = List.copyOf(ports);
  }

  @Override
  public String name() {
    return "sockets";
  }

  @Override
  public CompletableFuture<Verdict> next(RandomGenerator random) {
    InetSocketAddress port = ports.get(random.nextInt(ports.size()));
    byte[] begin = random.nextBoolean() ? HTTP2_PREFACE : HTTP1;
    byte[] bytes =
        random.nextInt(3) == 0 ? BadBytes.any(random, LONGEST) : BadBytes.change(begin, random);
    byte[] more = BadBytes.any(random, LONGEST);
    return CompletableFuture.supplyAsync(() -> talk(port, bytes, more), threads);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private static Verdict talk(InetSocketAddress port, byte[] bytes, byte[] more) {
    try (Socket socket = new Socket()) {
      socket.connect(port, Math.toIntExact(PATIENCE.toMillis()));
      socket.setSoTimeout(Math.toIntExact(PATIENCE.toMillis()));
      return answer(socket, bytes, more);
    } catch (SocketTimeoutException e) {
      return Verdict.wrong("silence", "%s is silent after half a close".formatted(port));
    } catch (IOException e) {
      return Verdict.wrong("no connection", port + " takes no connection: " + e.getMessage());
    }
  }

  private static Verdict answer(Socket socket, byte[] bytes, byte[] more) throws IOException {
    byte[] answer;
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().write(more);
      socket.shutdownOutput();
      answer = socket.getInputStream().readNBytes(LONGEST);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      return Verdict.right("closed");
    }
    String text = new String(answer, StandardCharsets.ISO_8859_1);
    return text.startsWith("HTTP/1.1 5")
        ? Verdict.wrong("5xx", text.lines().findFirst().orElse(""))
        : Verdict.right(answer.length == 0 ? "closed" : "answered");
  }
}
