package dev.cohort.aggregator.membership;

import dev.cohort.aggregator.dispatch.DnsSeats;
import dev.cohort.aggregator.dispatch.SeatDirectory;
import dev.cohort.aggregator.dispatch.SeatMember;
import io.netty.channel.EventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Seats by DNS names: every A and AAAA record is a seat. Names are asked for again every two
 * seconds, and at once after a failure; nothing is cached. A name that cannot be resolved keeps the
 * addresses that it had. All state belongs to one thread, {@code cohort-dns}.
 */
final class DnsDirectory implements SeatDirectory {
  private static final Logger LOG = Logger.getLogger(DnsDirectory.class);

  private static final Duration INTERVAL = Duration.ofSeconds(2);

  /** However many seats fail, names are not asked for more often. */
  private static final Duration LEAST_INTERVAL = Duration.ofMillis(250);

  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(2);

  private final NioEventLoopGroup group;
  private final EventLoop loop;
  private final DnsNameResolver resolver;
  private final Map<DnsSeats, Set<SeatMember>> members = new LinkedHashMap<>();
  private final Set<DnsSeats> asking = new HashSet<>();
  private final Map<DnsSeats, String> failures = new HashMap<>();
  private Consumer<Set<SeatMember>> listener = now -> {};
  private java.util.concurrent.Future<?> nextRound;
  private long lastRoundNanos;

  private DnsDirectory(List<DnsSeats> names, DnsServerAddressStreamProvider servers) {
    this.group = new NioEventLoopGroup(1, new DefaultThreadFactory("cohort-dns", true));
    this.loop = group.next();
    this.nextRound = loop.newSucceededFuture(null);
    this.resolver =
        new DnsNameResolverBuilder(loop)
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class)
            .nameServerProvider(servers)
            .queryTimeoutMillis(QUERY_TIMEOUT.toMillis())
            .completeOncePreferredResolved(false)
            .resolveCache(NoopDnsCache.INSTANCE)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
            .build();
    names.forEach(name -> members.put(name, Set.of()));
  }

  /** Asks the name servers of this machine. */
  static DnsDirectory open(List<DnsSeats> names) {
    return open(names, DnsServerAddressStreamProviders.platformDefault());
  }

  static DnsDirectory open(List<DnsSeats> names, DnsServerAddressStreamProvider servers) {
    return new DnsDirectory(names, servers);
  }

  @Override
  public void start(Consumer<Set<SeatMember>> toTell) {
    post(
        () -> {
          listener = toTell;
          round();
        });
  }

  @Override
  public void refresh() {
    post(
        () -> {
          long since = System.nanoTime() - lastRoundNanos;
          planRound(Math.max(0, LEAST_INTERVAL.toNanos() - since));
        });
  }

  @Override
  public void close() {
    post(() -> listener = now -> {});
    resolver.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private void round() {
    lastRoundNanos = System.nanoTime();
    members.keySet().stream().filter(asking::add).forEach(this::ask);
    planRound(INTERVAL.toNanos());
  }

  private void planRound(long nanos) {
    nextRound.cancel(false);
    nextRound = loop.schedule(this::round, nanos, TimeUnit.NANOSECONDS);
  }

  private void ask(DnsSeats name) {
    resolver
        .resolveAll(name.host())
        .addListener((Future<List<InetAddress>> answer) -> resolved(name, answer));
  }

  private void resolved(DnsSeats name, Future<List<InetAddress>> answer) {
    asking.remove(name);
    if (!answer.isSuccess()) {
      failed(name, String.valueOf(answer.cause().getMessage()));
      return;
    }
    if (failures.remove(name) != null) {
      LOG.infof("%s is resolved again", name);
    }
    Set<SeatMember> now = new LinkedHashSet<>();
    answer.getNow().forEach(address -> now.add(name.at(address.getHostAddress())));
    if (!now.equals(members.put(name, now))) {
      Set<SeatMember> all = new LinkedHashSet<>();
      members.values().forEach(all::addAll);
      listener.accept(all);
    }
  }

  private void failed(DnsSeats name, String reason) {
    if (failures.put(name, reason) == null) {
      LOG.warnf(
          "%s is not resolved, its last %d seats stay: %s", name, members.get(name).size(), reason);
    }
  }

  // A thread that has ended has nothing to look for.
  private void post(Runnable command) {
    try {
      loop.execute(command);
    } catch (RejectedExecutionException e) {
      LOG.debugf("dropped after the end: %s", e.getMessage());
    }
  }
}
