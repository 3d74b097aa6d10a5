package dev.cohort.aggregator.membership;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A small DNS server on loopback: one name, A and AAAA records, as a test says. */
final class TestDnsServer implements AutoCloseable {
  private static final int TIME_TO_LIVE = 3600;

  private final String name;
  private final NioEventLoopGroup group = new NioEventLoopGroup(1);
  private final Channel channel;
  private final AtomicInteger questions = new AtomicInteger();
  private volatile List<String> addresses = List.of();
  private volatile DnsResponseCode code = DnsResponseCode.NOERROR;

  TestDnsServer(String name) {
    this.name = name;
    this.channel =
        new Bootstrap()
            .group(group)
            .channel(NioDatagramChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel opened) {
                    opened
                        .pipeline()
                        .addLast(new DatagramDnsQueryDecoder())
                        .addLast(new DatagramDnsResponseEncoder())
                        .addLast(new Answering());
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
  }

  /** From now on the name has these addresses. */
  void answer(String... now) {
    addresses = List.of(now);
    code = DnsResponseCode.NOERROR;
  }

  /** From now on each question ends with this. */
  void fail(DnsResponseCode with) {
    code = with;
  }

  int questions() {
    return questions.get();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private final class Answering extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
      questions.incrementAndGet();
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      DatagramDnsResponse response =
          new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
      response.addRecord(DnsSection.QUESTION, question);
      boolean known = question.name().equals(name + ".");
      response.setCode(known ? code : DnsResponseCode.NXDOMAIN);
      if (known && code.equals(DnsResponseCode.NOERROR)) {
        addresses.stream()
            .map(InetAddress::ofLiteral)
            .filter(address -> type(address).equals(question.type()))
            .forEach(
                address ->
                    response.addRecord(
                        DnsSection.ANSWER,
                        new DefaultDnsRawRecord(
                            question.name(),
                            type(address),
                            TIME_TO_LIVE,
                            Unpooled.wrappedBuffer(address.getAddress()))));
      }
      context.writeAndFlush(response);
    }

    private static DnsRecordType type(InetAddress address) {
      return address instanceof Inet4Address ? DnsRecordType.A : DnsRecordType.AAAA;
    }
  }
}
