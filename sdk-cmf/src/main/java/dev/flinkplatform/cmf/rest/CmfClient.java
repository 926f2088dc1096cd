package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.cmf.rest.CmfException.Details;
import dev.flinkplatform.internal.http.Connection;
import dev.flinkplatform.internal.http.ConnectionSettings;
import dev.flinkplatform.internal.http.Exchanges;
import dev.flinkplatform.internal.http.Secrets;
import dev.flinkplatform.internal.http.Tls;
import dev.flinkplatform.spi.rest.FlinkRestClient;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * A client for the REST API of Confluent Manager for Apache Flink (CMF), 2.0 to 2.5.
 *
 * <p>Every call blocks until CMF answered, at most for the request timeout (30 s by default) for
 * each attempt. Reading, replacing and deleting are repeated when there is no answer, or 429, 502,
 * 503 or 504: by default 3 attempts in all, with growing pauses. What creates or acts is sent once;
 * see {@link CmfException#mayHaveArrived()}. An interrupt ends a call at once with {@link
 * CmfInterruptedException}, and the flag stays set.
 *
 * <p>What the server's version lacks is refused with {@link CmfUnsupportedException} before
 * anything is sent.
 *
 * <p>Thread-safe. Clients are cheap: they share threads and connections, except those with TLS
 * settings of their own. No thread keeps the JVM alive. Secrets are in no message, exception, log
 * line or {@code toString}.
 */
public final class CmfClient implements AutoCloseable {

  private static final String API = "/cmf/api/v1";

  private final HttpCalls http;
  private final Calls calls;

  private CmfClient(HttpCalls http, Calls calls) {
    this.http = http;
    this.calls = calls;
  }

  /**
   * Starts a client.
   *
   * @param base the address of CMF, {@code http} or {@code https}, for example {@code
   *     http://cmf-service}; a proxy's path may follow
   * @return a builder
   * @throws IllegalArgumentException if it is no such address, or holds credentials or a query
   */
  public static Builder builder(URI base) {
    return new Builder(base);
  }

  /**
   * Starts a client from the environment variables of Confluent's tools: {@code CONFLUENT_CMF_URL},
   * {@code CONFLUENT_CMF_CLIENT_KEY_PATH}, {@code CONFLUENT_CMF_CLIENT_CERT_PATH} and {@code
   * CONFLUENT_CMF_CERTIFICATE_AUTHORITY_PATH}. What is set on the builder later adds to it.
   *
   * @return a builder
   * @throws IllegalArgumentException if the URL is missing or none, or only one of key and
   *     certificate is there
   */
  public static Builder fromEnvironment() {
    return fromEnvironment(System.getenv());
  }

  /**
   * Starts a client from variables as {@link #fromEnvironment()} does.
   *
   * @param variables names and values; others are ignored
   * @return a builder
   * @throws IllegalArgumentException if the URL is missing or none, or only one of key and
   *     certificate is there
   */
  public static Builder fromEnvironment(Map<String, String> variables) {
    String url = variables.getOrDefault("CONFLUENT_CMF_URL", "").strip();
    String key = variables.getOrDefault("CONFLUENT_CMF_CLIENT_KEY_PATH", "").strip();
    String cert = variables.getOrDefault("CONFLUENT_CMF_CLIENT_CERT_PATH", "").strip();
    String ca = variables.getOrDefault("CONFLUENT_CMF_CERTIFICATE_AUTHORITY_PATH", "").strip();
    List<String> faults = new ArrayList<>();
    if (url.isEmpty()) {
      faults.add("CONFLUENT_CMF_URL is not set: give the address of CMF");
    }
    if (key.isEmpty() != cert.isEmpty()) {
      faults.add(
          "CONFLUENT_CMF_CLIENT_KEY_PATH and CONFLUENT_CMF_CLIENT_CERT_PATH must come together");
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException("CMF client: " + String.join("; ", faults));
    }
    Builder builder = builder(ConnectionSettings.uri("CONFLUENT_CMF_URL", url));
    if (!key.isEmpty()) {
      builder.clientCertificate(Path.of(cert), Path.of(key));
    }
    if (!ca.isEmpty()) {
      builder.certificateAuthority(Path.of(ca));
    }
    return builder;
  }

  /**
   * Returns the address of CMF.
   *
   * @return the address, without credentials
   */
  public URI base() {
    return http.base().uri();
  }

  /**
   * Returns the version of the server, as it was when the client connected.
   *
   * @return the version
   */
  public CmfVersion version() {
    return calls.version();
  }

  /**
   * Tells whether the server has a feature, by its version.
   *
   * @param feature what is asked for
   * @return true if so, and true if the server's version is not known
   */
  public boolean supports(CmfFeature feature) {
    return feature.isIn(version());
  }

  /**
   * Returns the environments.
   *
   * @return calls for environments
   */
  public CmfEnvironments environments() {
    return new CmfEnvironments(calls);
  }

  /**
   * Returns the applications of an environment.
   *
   * @param environment its name
   * @return calls for applications; nothing is sent
   */
  public CmfApplications applications(String environment) {
    return new CmfApplications(calls, environment);
  }

  /**
   * Returns the savepoints of an application.
   *
   * @param environment the name of its environment
   * @param application its name
   * @return calls for savepoints; nothing is sent
   */
  public CmfSavepoints applicationSavepoints(String environment, String application) {
    return new CmfSavepoints(calls, CmfSavepoints.Owner.APPLICATION, environment, application);
  }

  /**
   * Returns the savepoints of a statement.
   *
   * @param environment the name of its environment
   * @param statement its name
   * @return calls for savepoints; nothing is sent
   */
  public CmfSavepoints statementSavepoints(String environment, String statement) {
    return new CmfSavepoints(calls, CmfSavepoints.Owner.STATEMENT, environment, statement);
  }

  /**
   * Returns the savepoints that belong to no application or statement.
   *
   * @return calls for savepoints
   */
  public CmfDetachedSavepoints detachedSavepoints() {
    return new CmfDetachedSavepoints(calls);
  }

  /**
   * Returns the secret mappings of an environment.
   *
   * @param environment its name
   * @return calls for them; nothing is sent
   */
  public CmfSecretMappings secretMappings(String environment) {
    return new CmfSecretMappings(calls, environment);
  }

  /**
   * Returns the SQL statements of an environment.
   *
   * @param environment its name
   * @return calls for them; nothing is sent
   */
  public CmfStatements statements(String environment) {
    return new CmfStatements(calls, environment);
  }

  /**
   * Returns the compute pools of an environment.
   *
   * @param environment its name
   * @return calls for them; nothing is sent
   */
  public CmfComputePools computePools(String environment) {
    return new CmfComputePools(calls, environment);
  }

  /**
   * Returns the artifacts of an environment; servers of 2.4 and later that have them enabled.
   *
   * @param environment its name
   * @return calls for them; nothing is sent
   */
  public CmfArtifacts artifacts(String environment) {
    return new CmfArtifacts(calls, environment);
  }

  /**
   * Returns the Kafka catalogs.
   *
   * @return calls for them; nothing is sent
   */
  public CmfKafkaCatalogs kafkaCatalogs() {
    return new CmfKafkaCatalogs(calls);
  }

  /**
   * Returns the databases of a Kafka catalog; servers of 2.1 and later.
   *
   * @param catalog its name
   * @return calls for them; nothing is sent
   */
  public CmfKafkaDatabases kafkaDatabases(String catalog) {
    return new CmfKafkaDatabases(calls, catalog);
  }

  /**
   * Returns the secrets.
   *
   * @return calls for them; nothing is sent
   */
  public CmfSecrets secrets() {
    return new CmfSecrets(calls);
  }

  /**
   * Returns the Kubernetes clusters; servers of 2.3 and later.
   *
   * @return calls for them; nothing is sent
   */
  public CmfKubernetesClusters kubernetesClusters() {
    return new CmfKubernetesClusters(calls);
  }

  /**
   * Returns what the server has and uses; servers of 2.2 and later. Blocks; repeated when it fails
   * retryably.
   *
   * @return numbers
   * @throws CmfUnsupportedException before 2.2
   * @throws CmfException if the call fails
   */
  public CmfResourceInformation resourceInformation() {
    return calls.get(
        CmfEndpoint.RESOURCE_INFORMATION, json -> new CmfResourceInformation(Trees.copy(json)));
  }

  /**
   * Returns the license of the server; servers of 2.2 and later. Blocks; repeated when it fails
   * retryably.
   *
   * @return the license
   * @throws CmfUnsupportedException before 2.2
   * @throws CmfException if the call fails
   */
  public CmfLicense license() {
    return calls.get(
        CmfEndpoint.LICENSE,
        json ->
            new CmfLicense(
                Trees.textOr("", json, "status", "status"),
                Trees.textOr("", json, "status", "licenseType"),
                Trees.number(json, "status", "expiration")
                    .map(Instant::ofEpochMilli)
                    .orElse(null)));
  }

  /**
   * Asks the server for its version. Blocks; repeated when it fails retryably.
   *
   * @return version and revision
   * @throws CmfNotFoundException before 2.2
   * @throws CmfException if the call fails
   */
  public CmfSystemInformation systemInformation() {
    return calls.get(CmfEndpoint.SYSTEM_INFORMATION, CmfClient::information);
  }

  private static CmfSystemInformation information(Map<String, ?> json) {
    return new CmfSystemInformation(
        CmfVersion.parse(Trees.textOr("", json, "status", "version")),
        Trees.textOr("", json, "status", "revision"));
  }

  /**
   * Returns the address under which CMF forwards to the REST API of an application's Flink cluster.
   * CMF's published description does not have it; whether it lets through what changes something is
   * for the server to say.
   *
   * @param environment the name of the environment
   * @param application its name
   * @return the address
   */
  public URI flinkRestAddress(String environment, String application) {
    return proxied(environment, "applications", application);
  }

  /**
   * Returns the address under which CMF forwards to the REST API of a statement's Flink cluster.
   *
   * @param environment the name of the environment
   * @param statement its name
   * @return the address
   */
  public URI statementFlinkRestAddress(String environment, String statement) {
    return proxied(environment, "statements", statement);
  }

  private URI proxied(String environment, String kind, String name) {
    for (String segment : List.of(environment, name)) {
      if (!Rules.isPathSegment(segment)) {
        throw new IllegalArgumentException("Not usable as a name: '" + segment + "'");
      }
    }
    return http.base()
        .newBuilder()
        .addPathSegments("cmf/api/v1/environments")
        .addPathSegment(environment)
        .addPathSegment(kind)
        .addPathSegment(name)
        .addPathSegment("flink-web-ui")
        .build()
        .uri();
  }

  /**
   * Starts a client for the REST API of an application's Flink cluster, through CMF, with the
   * credentials and the TLS settings of this client. Nothing is sent.
   *
   * @param environment the name of the environment
   * @param application its name
   * @return a builder, to be built and closed by the caller
   */
  public FlinkRestClient.Builder flinkRest(String environment, String application) {
    return flinkRest(flinkRestAddress(environment, application));
  }

  /**
   * Starts a client for the REST API of a statement's Flink cluster, as {@link #flinkRest} does.
   *
   * @param environment the name of the environment
   * @param statement its name
   * @return a builder, to be built and closed by the caller
   */
  public FlinkRestClient.Builder statementFlinkRest(String environment, String statement) {
    return flinkRest(statementFlinkRestAddress(environment, statement));
  }

  private FlinkRestClient.Builder flinkRest(URI address) {
    Connection connection = http.connection();
    FlinkRestClient.Builder builder =
        FlinkRestClient.builder(address)
            .connectTimeout(Duration.ofMillis(connection.http().connectTimeoutMillis()))
            .retry(connection.attempts(), connection.firstPause(), connection.longestPause())
            .verifyHostname(connection.verifyHostname());
    Tls tls = connection.tls();
    if (tls != null && connection.base().isHttps()) {
      builder.sslContext(tls.context(), tls.trustManager());
    }
    http.auth().applyTo(builder);
    return builder;
  }

  /**
   * Ends the running calls of this client, which then fail; later calls throw {@link
   * IllegalStateException}. Does not block, and does nothing to CMF.
   */
  @Override
  public void close() {
    http.close();
  }

  /**
   * Returns the address and the server's version, without any secret.
   *
   * @return this client in one line
   */
  @Override
  public String toString() {
    return "CmfClient[base=" + http.base() + ", version=" + version() + "]";
  }

  /** Collects the settings of a {@link CmfClient}. Not thread-safe. */
  public static final class Builder {

    private final ConnectionSettings connection;
    private @Nullable CmfVersion version;
    private Duration requestTimeout = Duration.ofSeconds(30);
    private Duration transferTimeout = Duration.ofMinutes(10);
    private @Nullable Auth auth;
    private @Nullable CmfOAuth oauth;
    private int logins;

    private Builder(URI base) {
      HttpUrl url = ConnectionSettings.address("CMF", base);
      String path = url.encodedPath();
      path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
      // Given by those who took the address from a request.
      path = path.endsWith(API) ? path.substring(0, path.length() - API.length()) : path;
      this.connection =
          new ConnectionSettings(
              "CMF client", url.newBuilder().encodedPath(path.isEmpty() ? "/" : path).build());
    }

    /**
     * Sets the version of the server.
     *
     * @param value the version; by default the server is asked when the client connects
     * @return this builder
     */
    public Builder serverVersion(@Nullable CmfVersion value) {
      this.version = value;
      return this;
    }

    /**
     * Sets how long one attempt of a call may take, answer included.
     *
     * @param value more than zero; 30 s by default
     * @return this builder
     */
    public Builder requestTimeout(Duration value) {
      this.requestTimeout = ConnectionSettings.positive(value, "requestTimeout");
      return this;
    }

    /**
     * Sets how long sending or fetching the file of an artifact may take.
     *
     * @param value more than zero; 10 min by default
     * @return this builder
     */
    public Builder transferTimeout(Duration value) {
      this.transferTimeout = ConnectionSettings.positive(value, "transferTimeout");
      return this;
    }

    /**
     * Sets how long connecting may take, each address of the host.
     *
     * @param value more than zero; 5 s by default
     * @return this builder
     */
    public Builder connectTimeout(Duration value) {
      connection.connectTimeout(value);
      return this;
    }

    /**
     * Sets how often calls that are safe to repeat are tried, and the pauses between.
     *
     * @param maxAttempts attempts in all, 1 to 20; 3 by default, 1 for no repeat
     * @param firstPause the first pause; 200 ms by default. Each is twice the one before, half of
     *     it random
     * @param longestPause the longest pause, not below the first; 2 s by default
     * @return this builder
     */
    public Builder retry(int maxAttempts, Duration firstPause, Duration longestPause) {
      connection.retry(maxAttempts, firstPause, longestPause);
      return this;
    }

    /**
     * Sends a bearer token with every request.
     *
     * @param token asked anew for each request, from any thread, so it may renew the token
     * @return this builder
     */
    public Builder bearerToken(Supplier<String> token) {
      this.logins++;
      this.auth = Auth.bearer(Objects.requireNonNull(token, "token"));
      return this;
    }

    /**
     * Sends user and password with every request. CMF itself takes mTLS and OAuth only: for a proxy
     * in front of it, and for servers that say otherwise.
     *
     * @param user the user, without colon
     * @param password asked anew for each request, from any thread
     * @return this builder
     */
    public Builder basicAuth(String user, Supplier<String> password) {
      String name = Secrets.user(user);
      this.logins++;
      this.auth = Auth.basic(name, Objects.requireNonNull(password, "password"));
      return this;
    }

    /**
     * Gets tokens by OAuth 2 client credentials, and renews them: before they expire, and once more
     * when CMF refuses one.
     *
     * @param settings where tokens come from
     * @return this builder
     */
    public Builder oauth(CmfOAuth settings) {
      this.logins++;
      this.oauth = Objects.requireNonNull(settings, "settings");
      return this;
    }

    /**
     * Trusts these certificates, besides those the JVM trusts, as Confluent's CLI does.
     *
     * @param pem a file with one or more certificates; read when the client connects
     * @return this builder
     */
    public Builder certificateAuthority(Path pem) {
      connection.trust(pem, () -> withThoseOfTheJvm(Tls.trustOf(pem)));
      return this;
    }

    /**
     * Trusts the certificates of a key store, instead of those the JVM trusts.
     *
     * @param file a JKS or PKCS #12 store; read when the client connects
     * @param password asked once, when the client connects
     * @return this builder
     */
    public Builder trustStore(Path file, Supplier<char[]> password) {
      connection.trust(file, () -> Tls.store(file, password.get()));
      return this;
    }

    /**
     * Shows a client certificate (mutual TLS).
     *
     * @param certificatePem the certificate, and those between it and the CA; read when the client
     *     connects
     * @param keyPem its private key, PKCS #8 or PKCS #1, unencrypted; read when the client connects
     * @return this builder
     */
    public Builder clientCertificate(Path certificatePem, Path keyPem) {
      connection.key(keyPem, () -> Tls.keyOf(certificatePem, keyPem), () -> new char[0]);
      return this;
    }

    /**
     * Shows a client certificate of a key store (mutual TLS).
     *
     * @param file a JKS or PKCS #12 store; read when the client connects
     * @param password of the store and of its key; asked when the client connects
     * @return this builder
     */
    public Builder keyStore(Path file, Supplier<char[]> password) {
      connection.key(file, () -> Tls.store(file, password.get()), password);
      return this;
    }

    /**
     * Sets all of TLS at once, instead of the other TLS settings.
     *
     * @param context the context
     * @param trustManager the trust manager the context uses
     * @return this builder
     */
    public Builder sslContext(SSLContext context, X509TrustManager trustManager) {
      connection.sslContext(context, trustManager);
      return this;
    }

    /**
     * Sets whether the host name must be one the server's certificate names.
     *
     * @param verify true by default. False only for certificates without names, in a network you
     *     trust: any server with a trusted certificate can then pose as this one
     * @return this builder
     */
    public Builder verifyHostname(boolean verify) {
      connection.verifyHostname(verify);
      return this;
    }

    /**
     * Makes the client. The server is asked for its version, unless that is set: blocks then, and
     * is repeated when it fails retryably.
     *
     * @return the client, to be closed by the caller
     * @throws IllegalArgumentException if settings contradict each other, or a certificate or key
     *     cannot be read; the message lists all of it. Nothing was sent
     * @throws CmfUnauthorizedException if CMF does not take the credentials
     * @throws CmfException if CMF cannot be reached, or what answers is not CMF
     */
    public CmfClient connect() {
      HttpUrl base = connection.base();
      List<String> faults = new ArrayList<>();
      if (logins > 1) {
        faults.add("bearerToken, basicAuth and oauth are set more than once: choose one");
      }
      if (!base.isHttps() && connection.isMutual()) {
        faults.add("a client certificate needs an https address, got " + base);
      }
      // The token endpoint may have TLS where CMF has none.
      boolean https = base.isHttps() || oauth != null;
      return connect(connection.open(https, faults, "certificateAuthority"));
    }

    private CmfClient connect(Connection open) {
      Exchanges exchanges = new Exchanges(open);
      Auth who = auth == null ? Auth.none() : auth;
      if (oauth != null) {
        who = new OAuthTokens(exchanges, oauth, requestTimeout, System::nanoTime);
      }
      HttpCalls sender = new HttpCalls(open, exchanges, who);
      boolean connected = false;
      try {
        CmfVersion found = version == null ? ask(sender) : version;
        CmfClient client =
            new CmfClient(sender, new Calls(sender, found, requestTimeout, transferTimeout));
        connected = true;
        return client;
      } finally {
        if (!connected) {
          sender.close();
        }
      }
    }

    private CmfVersion ask(HttpCalls sender) {
      Calls calls = new Calls(sender, CmfVersion.parse(""), requestTimeout, transferTimeout);
      try {
        return calls.get(CmfEndpoint.SYSTEM_INFORMATION, CmfClient::information).version();
      } catch (CmfNotFoundException e) {
        return orNoCmf(calls, e);
      }
    }

    /** An old CMF has no system information; a wrong address has no environments either. */
    private CmfVersion orNoCmf(Calls calls, CmfNotFoundException missing) {
      try {
        new CmfEnvironments(calls).list(CmfQuery.all().withPageSize(1)).page(0);
        return CmfVersion.beforeSystemInformation();
      } catch (CmfNotFoundException e) {
        throw new CmfNotFoundException(
            new Details(
                connection.base()
                    + " is no CMF: it has neither "
                    + missing.path()
                    + " nor "
                    + e.path()
                    + ". Check the address, and the path of a proxy before it.",
                e.httpStatus(),
                e.method(),
                e.path(),
                e.messages(),
                e.bodyExcerpt(),
                false,
                false,
                e.isFromCmf()),
            e);
      }
    }

    /**
     * Returns the address, without any secret.
     *
     * @return this builder in one line
     */
    @Override
    public String toString() {
      return "CmfClient.Builder[base=" + connection.base() + "]";
    }

    private static KeyStore withThoseOfTheJvm(KeyStore store) throws GeneralSecurityException {
      int i = 0;
      for (X509Certificate known :
          Tls.of(null, null, new char[0]).trustManager().getAcceptedIssuers()) {
        store.setCertificateEntry("jvm-" + i++, known);
      }
      return store;
    }
  }
}
