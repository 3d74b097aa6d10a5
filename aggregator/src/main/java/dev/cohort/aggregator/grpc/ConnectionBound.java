package dev.cohort.aggregator.grpc;

import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Closes connections beyond a bound before their first call. The client sees {@code UNAVAILABLE},
 * on which it turns to another aggregator; refused calls on an open connection would keep it here.
 * Thread-safe.
 */
final class ConnectionBound extends ServerTransportFilter {
  private static final Logger LOG = Logger.getLogger(ConnectionBound.class);

  private static final Attributes.Key<Boolean> COUNTED =
      Attributes.Key.create("cohort-counted-connection");

  private final int most;
  private final AtomicInteger open = new AtomicInteger();

  ConnectionBound(int most) {
    this.most = most;
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      LOG.debugf("one connection more than %d is closed", most);
      // The transport ends with the connection error that it finds inside. Refused streams are
      // UNAVAILABLE to the client; without this error they would be INTERNAL.
      String text = "more than " + most + " connections";
      throw new IllegalStateException(
          text, Http2Exception.connectionError(Http2Error.REFUSED_STREAM, text));
    }
    return attributes.toBuilder().set(COUNTED, true).build();
  }

  // Connections that never were ready have no attributes.
  @Override
  public void transportTerminated(Attributes attributes) {
    if (attributes != null && attributes.get(COUNTED) != null) {
      open.decrementAndGet();
    }
  }
}
