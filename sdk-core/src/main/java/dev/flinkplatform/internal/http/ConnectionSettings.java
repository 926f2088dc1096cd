package dev.flinkplatform.internal.http;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Collects what a client's builder is told of its connection. Not thread-safe. */
public final class ConnectionSettings {

  private final String client;
  private final HttpUrl base;
  private Duration connectTimeout = Duration.ofSeconds(5);
  private int attempts = 3;
  private Duration firstPause = Duration.ofMillis(200);
  private Duration longestPause = Duration.ofSeconds(2);
  private final List<Supplier<KeyStore>> trust = new ArrayList<>();
  private final List<Supplier<KeyStore>> keys = new ArrayList<>();
  private Supplier<char[]> keyPassword = () -> new char[0];
  private @Nullable Tls tls;
  private boolean verifyHostname = true;

  /**
   * Begins with the defaults.
   *
   * @param client what kind of client, for messages
   * @param base the server's address
   */
  public ConnectionSettings(String client, HttpUrl base) {
    this.client = client;
    this.base = base;
  }

  /** Reads a key store; the files are read when the client is made, not before. */
  @FunctionalInterface
  public interface Loader {
    /**
     * Reads it.
     *
     * @return the store
     * @throws GeneralSecurityException if it is malformed
     * @throws IOException if a file cannot be read
     */
    KeyStore load() throws GeneralSecurityException, IOException;
  }

  /**
   * Reads a server's address.
   *
   * @param server what it should be the address of
   * @param base the address
   * @return the address
   * @throws IllegalArgumentException if it is none, or holds credentials or a query
   */
  public static HttpUrl address(String server, URI base) {
    HttpUrl url = HttpUrl.parse(base.toString());
    // Of a host name with an underscore java.net.URI does not know the user.
    String authority = String.valueOf(base.getRawAuthority());
    if (authority.contains("@") || (url != null && !url.username().isEmpty())) {
      throw new IllegalArgumentException(
          "The address holds credentials, which would show in messages: use basicAuth");
    }
    if (url == null || base.getRawQuery() != null || base.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "Not an address of "
              + server
              + ": "
              + (base.toString().contains("@") ? "what may hold a password" : "'" + base + "'")
              + ". Give http(s)://host:port, and a path if there is one; no query.");
    }
    return url;
  }

  /**
   * Reads text as an address.
   *
   * @param what what it is the address of
   * @param text the address
   * @return the address
   * @throws IllegalArgumentException if it is none; without the text, which may hold a password
   */
  public static URI uri(String what, String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          what + " is no address: " + e.getReason() + " at index " + e.getIndex());
    }
  }

  /** The server's address. */
  public HttpUrl base() {
    return base;
  }

  /** Sets how long connecting may take, each address of the host. */
  public void connectTimeout(Duration value) {
    this.connectTimeout = positive(value, "connectTimeout");
  }

  /** Sets how often what is safe to repeat is tried, 1 to 20 times in all, and the pauses. */
  public void retry(int maxAttempts, Duration first, Duration longest) {
    if (maxAttempts < 1 || maxAttempts > 20) {
      throw new IllegalArgumentException("maxAttempts must be 1 to 20, got " + maxAttempts);
    }
    positive(first, "firstPause");
    if (longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "longestPause " + longest + " is below firstPause " + first);
    }
    this.attempts = maxAttempts;
    this.firstPause = first;
    this.longestPause = longest;
  }

  /** Trusts the certificates of a file. */
  public void trust(Path file, Loader loader) {
    trust.add(() -> load(file, loader));
  }

  /** Shows the certificate of a file. */
  public void key(Path file, Loader loader, Supplier<char[]> password) {
    keys.add(() -> load(file, loader));
    this.keyPassword = password;
  }

  /** Sets all of TLS at once. */
  public void sslContext(SSLContext context, X509TrustManager trustManager) {
    this.tls = new Tls(context, trustManager);
  }

  /** Sets whether the host name must be one the server's certificate names. */
  public void verifyHostname(boolean verify) {
    this.verifyHostname = verify;
  }

  /** Whether the client shows a certificate, or all of TLS was set at once. */
  public boolean isMutual() {
    return tls != null || !keys.isEmpty();
  }

  /** Whether anything of TLS was set. */
  public boolean hasTls() {
    return isMutual() || !trust.isEmpty();
  }

  /**
   * Makes the connection; nothing is sent.
   *
   * @param https whether any address that is called has TLS
   * @param faults what is wrong with the other settings; what is wrong with these is added
   * @param trustPem the name of the builder's method that trusts a PEM file
   * @return the connection
   * @throws IllegalArgumentException if anything is wrong; lists all of it
   */
  public Connection open(boolean https, List<String> faults, String trustPem) {
    List<String> all = new ArrayList<>(faults);
    if (trust.size() > 1) {
      all.add(trustPem + " and trustStore are set more than once: choose one");
    }
    if (keys.size() > 1) {
      all.add("clientCertificate and keyStore are set more than once: choose one");
    }
    boolean parts = !trust.isEmpty() || !keys.isEmpty();
    if (tls != null && parts) {
      all.add("sslContext holds all of TLS: leave the other TLS settings out");
    }
    if (!all.isEmpty()) {
      throw new IllegalArgumentException(client + " of " + base + ": " + String.join("; ", all));
    }
    Tls material = parts ? material() : tls;
    OkHttpClient.Builder http =
        SharedHttp.client(https).newBuilder().connectTimeout(connectTimeout);
    boolean ownPool = material != null || !verifyHostname;
    if (ownPool) {
      http.connectionPool(SharedHttp.newPool());
    }
    if (material != null) {
      http.sslSocketFactory(material.context().getSocketFactory(), material.trustManager());
    }
    if (!verifyHostname) {
      http.hostnameVerifier((host, session) -> true);
    }
    return new Connection(
        base, http.build(), ownPool, material, verifyHostname, attempts, firstPause, longestPause);
  }

  private Tls material() {
    try {
      return Tls.of(
          trust.isEmpty() ? null : trust.get(0).get(),
          keys.isEmpty() ? null : keys.get(0).get(),
          keyPassword.get());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(client + " of " + base + ": TLS: " + e, e);
    }
  }

  private static KeyStore load(Path file, Loader loader) {
    try {
      return loader.load();
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalArgumentException("Cannot use '" + file + "' for TLS: " + e, e);
    }
  }

  /**
   * Checks a duration.
   *
   * @param value the duration
   * @param name its name, for the message
   * @return the duration
   * @throws IllegalArgumentException unless it is more than zero
   */
  public static Duration positive(Duration value, String name) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be more than zero, got " + value);
    }
    return value;
  }
}
