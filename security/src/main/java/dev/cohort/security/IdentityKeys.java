package dev.cohort.security;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * Presents one identity, which may be replaced at any time. A handshake asks for the alias, the key
 * and the chain one after the other; the former identity is kept so that one which began before a
 * change also ends with what it began with. Thread-safe.
 */
final class IdentityKeys extends X509ExtendedKeyManager {
  private record Pair(Identity current, Identity former) {}

  private volatile Pair pair;

  IdentityKeys(Identity first) {
    this.pair = new Pair(first, first);
  }

  /** From now on new handshakes present this one. */
  synchronized void replace(Identity next) {
    pair = new Pair(next, pair.current());
  }

  Identity current() {
    return pair.current();
  }

  @Override
  public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    return current().alias();
  }

  @Override
  public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
    return current().alias();
  }

  @Override
  public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    return current().alias();
  }

  @Override
  public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
    return current().alias();
  }

  @Override
  public String[] getClientAliases(String keyType, Principal[] issuers) {
    return new String[] {current().alias()};
  }

  @Override
  public String[] getServerAliases(String keyType, Principal[] issuers) {
    return new String[] {current().alias()};
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return named(alias).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return named(alias).key();
  }

  private Identity named(String alias) {
    Pair now = pair;
    return Stream.of(now.former(), now.current())
        .filter(identity -> identity.alias().equals(alias))
        .findFirst()
        .orElse(now.current());
  }
}
