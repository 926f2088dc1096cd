package dev.flinkplatform.testkit.cmf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.flinkplatform.PlatformConfig;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.LocalProvider;
import dev.flinkplatform.local.LocalZooKeeper;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.testkit.fault.Fault;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server with the REST API of Confluent Manager for Apache Flink (CMF), for tests. Applications
 * that are created in it run on real Flink, as processes of this machine, driven as the Flink
 * Kubernetes Operator would drive them. It is no product of Confluent and shares no code with CMF.
 *
 * <p>It listens on 127.0.0.1 only. Its documents are files, so that they, and the applications,
 * survive {@link #down()} and {@link #up()}. {@link #close()} takes all applications down.
 *
 * <p>Thread-safe. What differs from the real one is said in {@code docs/cmf-server.md}.
 */
public final class CmfServer implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(CmfServer.class);
  private static final int KEPT_REQUESTS = 20_000;
  private static final String YAML = "application/yaml";
  private static final String JSON = "application/json";
  private static final String WEB_UI = "/flink-web-ui";
  private static final Duration HALT = Duration.ofSeconds(60);

  private final Builder settings;
  private final Path directory;
  private final Version version;
  private final Access access;
  private final @Nullable Certificates certificates;
  private final @Nullable PlatformBackend backend;
  private final @Nullable Reconciler reconciler;
  private final @Nullable ExchangeCheck check;
  private final SqlEngine sql;
  private final WebUi webUi = new WebUi();
  private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<Planned> faults = new ArrayList<>();
  private final Object lifecycle = new Object();
  private final Object quorum = new Object();
  private @Nullable LocalZooKeeper zooKeeper;
  private volatile @Nullable Core core;
  private @Nullable HttpServer http;
  private @Nullable ExecutorService threads;
  private int port;
  private boolean closed;

  private record Planned(String method, String path, Fault fault) {}

  private CmfServer(Builder settings, Path directory) {
    this.settings = settings;
    this.directory = directory;
    this.version = Version.parse(settings.version);
    this.access =
        new Access(
            settings.token,
            settings.clientId,
            settings.clientSecret,
            settings.tokenLifetime,
            settings.basic);
    this.certificates =
        settings.tls ? new Certificates(directory.resolve("tls"), settings.mutual) : null;
    this.check =
        settings.openApi == null
            ? null
            : OpenApiCheck.of(settings.openApi, version.isAtLeast(2, 4));
    this.backend = settings.flinks.isEmpty() ? null : backend(settings, directory);
    this.sql = sql(settings, directory);
    this.reconciler = backend == null ? null : new Reconciler(backend, this::jar, this::quorum);
    this.port = settings.port;
  }

  private static CmfServer start(Builder settings) {
    Path directory;
    try {
      directory =
          settings.directory == null
              ? Files.createTempDirectory("cmf-server-").toRealPath()
              : Files.createDirectories(settings.directory).toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot use the directory " + settings.directory, e);
    }
    CmfServer server = null;
    try {
      server = new CmfServer(settings, directory);
      server.open();
      return server;
    } catch (RuntimeException e) {
      // What runs is left alone: another server may have this directory.
      if (server != null) {
        server.end();
      } else if (settings.directory == null) {
        delete(directory);
      }
      throw e;
    }
  }

  private static PlatformBackend backend(Builder settings, Path directory) {
    PlatformConfig.Builder config =
        PlatformConfig.builder("local")
            .put("root", directory.resolve("flink").toString())
            .put("supervision", "on");
    put(config, "flink.home", settings.flinks.stream().filter(CmfServer::isHome).toList());
    put(config, "flink.jars", settings.flinks.stream().filter(f -> !isHome(f)).toList());
    if (settings.javaHome != null) {
      config.put("java.home", settings.javaHome.toString());
    }
    if (settings.secrets != null) {
      config.put("secrets", settings.secrets.toString());
    }
    if (!settings.jvmArgs.isEmpty()) {
      config.put("jvm.args", String.join(" ", settings.jvmArgs));
    }
    return new LocalProvider().create(config.build());
  }

  private static SqlEngine sql(Builder settings, Path directory) {
    FlinkDistribution flink = settings.sql;
    return flink == null
        ? new ScriptedSql()
        : new GatewaySql(
            new SqlGateway(
                flink,
                settings.sqlJars,
                directory.resolve("sql"),
                settings.javaHome,
                settings.jvmArgs),
            flink.version().major());
  }

  private static boolean isHome(FlinkDistribution flink) {
    return Files.isDirectory(flink.directory().resolve("lib"));
  }

  private static void put(PlatformConfig.Builder config, String key, List<FlinkDistribution> of) {
    if (!of.isEmpty()) {
      config.put(
          key, of.stream().map(f -> f.directory().toString()).collect(Collectors.joining(",")));
    }
  }

  /**
   * Starts a builder.
   *
   * @return a new builder; not thread-safe
   */
  public static Builder builder() {
    return new Builder();
  }

  // ---- life ----

  static {
    // Else every answer waits for the client's delayed acknowledgement, some 40 ms.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private void open() {
    synchronized (lifecycle) {
      if (closed) {
        throw new IllegalStateException("The server is closed");
      }
      if (http != null) {
        return;
      }
      try {
        Core opened = core(reconciler);
        core = opened;
        InetSocketAddress at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        HttpServer server;
        if (certificates == null) {
          server = HttpServer.create(at, 0);
        } else {
          HttpsServer https = HttpsServer.create(at, 0);
          boolean mutual = settings.mutual;
          https.setHttpsConfigurator(
              new HttpsConfigurator(certificates.context()) {
                @Override
                public void configure(HttpsParameters parameters) {
                  SSLParameters ssl = getSSLContext().getDefaultSSLParameters();
                  ssl.setNeedClientAuth(mutual);
                  parameters.setSSLParameters(ssl);
                }
              });
          server = https;
        }
        threads =
            Executors.newCachedThreadPool(
                work -> {
                  Thread thread = new Thread(work, "cmf-server-http");
                  thread.setDaemon(true);
                  return thread;
                });
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
        port = server.getAddress().getPort();
        http = server;
        opened.start();
      } catch (IOException e) {
        down();
        throw new UncheckedIOException("Cannot listen on 127.0.0.1:" + port, e);
      }
    }
  }

  private Core core(@Nullable Reconciler by) {
    return new Core(
        directory.resolve("documents"),
        directory.resolve("artifacts"),
        version,
        Environments.DEFAULT_CLUSTER,
        by,
        sql,
        settings.interval);
  }

  /**
   * Stops answering, as a server that is gone: connections are refused, nothing is reconciled.
   * Applications go on. Does nothing if it is down. Blocks until the requests and the step under
   * way are done.
   */
  public void down() {
    synchronized (lifecycle) {
      if (http != null) {
        http.stop(0);
        http = null;
      }
      if (threads != null) {
        finish(threads);
        threads = null;
      }
      Core open = core;
      if (open != null) {
        open.close();
        core = null;
      }
    }
  }

  /** Lets requests under way come to their end: what they write is known after that. */
  private static void finish(ExecutorService threads) {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
        threads.shutdownNow(); // It waits for Flink, or was told to be late.
        if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
          logger.warn("A request takes longer than a minute");
        }
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Answers again, at the same address, with the documents as they were written down. Does nothing
   * if it is up.
   *
   * @throws IllegalStateException if the server is closed
   * @throws UncheckedIOException if somebody else took the port
   */
  public void up() {
    open();
  }

  /**
   * Takes down every application, and stops. No process is left. The documents of applications are
   * gone, those of other things stay in a directory that was {@linkplain Builder#directory given};
   * a temporary one is removed. Blocks, a minute at most for each application.
   */
  @Override
  public void close() {
    synchronized (lifecycle) {
      if (closed) {
        return;
      }
      closed = true;
      Core open = core == null ? core(null) : core;
      core = open;
      down();
      halt(open.locals());
      open.forgetApplications();
      end();
    }
  }

  private void end() {
    sql.close();
    synchronized (quorum) {
      if (zooKeeper != null) {
        zooKeeper.stop();
        zooKeeper.close();
      }
    }
    if (backend != null) {
      backend.close();
    }
    if (settings.directory == null) {
      delete(directory);
    }
  }

  private void halt(List<String> locals) {
    if (backend == null) {
      return;
    }
    for (String local : locals) {
      long end = System.nanoTime() + HALT.toNanos();
      boolean gone = false;
      while (!gone && System.nanoTime() < end) {
        try {
          gone = backend.halt(local);
          if (!gone) {
            Thread.sleep(50);
          }
        } catch (BackendFault e) {
          logger.warn("Cannot take down {}", local, e);
          break;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      logger.warn("Cannot remove {}", directory, e);
    }
  }

  // ---- what a test wants to know ----

  /**
   * Returns the address.
   *
   * @return for example {@code http://127.0.0.1:34567}; stays the same until the server is closed
   */
  public URI address() {
    synchronized (lifecycle) {
      return URI.create((certificates == null ? "http" : "https") + "://127.0.0.1:" + port);
    }
  }

  /**
   * Returns the directory of the server's files.
   *
   * @return the given directory, or the temporary one
   */
  public Path directory() {
    return directory;
  }

  /**
   * Returns the certificate of the authority that signed the server's.
   *
   * @return a PEM file
   * @throws IllegalStateException without TLS
   */
  public Path authorityCertificate() {
    return pem("ca.pem");
  }

  /**
   * Returns a certificate that the server takes from a client.
   *
   * @return a PEM file
   * @throws IllegalStateException without TLS
   */
  public Path clientCertificate() {
    return pem("client.pem");
  }

  /**
   * Returns the key of {@link #clientCertificate()}.
   *
   * @return a PEM file, PKCS#8, without password
   * @throws IllegalStateException without TLS
   */
  public Path clientKey() {
    return pem("client-key.pem");
  }

  /**
   * Returns a certificate that the server does not trust, of another authority.
   *
   * @return a PEM file
   * @throws IllegalStateException without TLS
   */
  public Path strangerCertificate() {
    return pem("stranger.pem");
  }

  /**
   * Returns the key of {@link #strangerCertificate()}.
   *
   * @return a PEM file, PKCS#8, without password
   * @throws IllegalStateException without TLS
   */
  public Path strangerKey() {
    return pem("stranger-key.pem");
  }

  private Path pem(String name) {
    if (certificates == null) {
      throw new IllegalStateException("Certificates need tls() or mutualTls() of the builder");
    }
    return certificates.file(name);
  }

  /**
   * Returns where a client gets tokens, by OAuth 2 client credentials.
   *
   * @return the address of the token endpoint
   */
  public URI tokenEndpoint() {
    return address().resolve(Access.TOKEN_PATH);
  }

  /** Makes every token expire that was given so far: requests with it get 401. */
  public void expireTokens() {
    access.expire();
  }

  /**
   * Makes a token, as the token endpoint would.
   *
   * @return a bearer token
   */
  public String issueToken() {
    return access.issue();
  }

  /**
   * Lets something happen to the next request that fits, once. For a schedule of faults by number,
   * put a {@link dev.flinkplatform.testkit.fault.FaultProxy} in front; it does not do TLS, and does
   * not know paths.
   *
   * @param method the method, or {@code *} for any
   * @param path a part of the path, for example {@code /suspend}
   * @param fault what happens
   */
  public void onNext(String method, String path, Fault fault) {
    synchronized (faults) {
      faults.add(
          new Planned(
              Objects.requireNonNull(method, "method"),
              Objects.requireNonNull(path, "path"),
              Objects.requireNonNull(fault, "fault")));
    }
  }

  /**
   * Returns what was asked so far, the last 20,000 requests, the oldest first.
   *
   * @return for example {@code GET /cmf/api/v1/environments?page=0 200}
   */
  public List<String> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /**
   * Returns what did not fit the description of the API: answers of this server, and requests that
   * do not fit and were not refused. Needs {@link Builder#openApi}.
   *
   * @return the violations so far; empty if all is well, or nothing is compared
   */
  public List<String> violations() {
    synchronized (violations) {
      return List.copyOf(violations);
    }
  }

  // ---- requests ----

  private void serve(HttpExchange exchange) {
    try {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Optional<Fault> fault = fault(exchange);
      Fault.Kind kind = fault.map(Fault::kind).orElse(Fault.Kind.PASS);
      if (kind == Fault.Kind.DROP) {
        note(exchange, "dropped");
        exchange.close();
        return;
      }
      if (kind == Fault.Kind.STATUS) {
        int status = fault.orElseThrow().amount();
        note(exchange, Integer.toString(status));
        send(exchange, Reply.error(status, List.of("As was asked for by the test.")), kind);
        return;
      }
      if (kind == Fault.Kind.DELAY) {
        Thread.sleep(fault.orElseThrow().amount());
      }
      if (kind == Fault.Kind.DUPLICATE) {
        act(exchange, body).run(Fault.Kind.LOSE_REPLY, false);
      }
      act(exchange, body).run(kind, true);
    } catch (IOException e) {
      exchange.close(); // The client is gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exchange.close();
    } catch (RuntimeException e) {
      logger.warn("{} {}", exchange.getRequestMethod(), exchange.getRequestURI(), e);
      try {
        send(exchange, Reply.error(500, List.of(String.valueOf(e))), Fault.Kind.PASS);
      } catch (IOException | RuntimeException gone) {
        exchange.close();
      }
    }
  }

  /** An answer that is ready to be sent. */
  private interface Ready {
    void run(Fault.Kind fault, boolean send) throws IOException;
  }

  private Optional<Fault> fault(HttpExchange exchange) {
    synchronized (faults) {
      for (int i = 0; i < faults.size(); i++) {
        Planned p = faults.get(i);
        if ((p.method().equals("*") || p.method().equals(exchange.getRequestMethod()))
            && exchange.getRequestURI().getRawPath().contains(p.path())) {
          return Optional.of(faults.remove(i).fault());
        }
      }
    }
    return Optional.empty();
  }

  private void note(HttpExchange exchange, String result) {
    synchronized (requests) {
      if (requests.size() >= KEPT_REQUESTS) {
        requests.remove(0);
      }
      requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + result);
    }
  }

  private Ready act(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
    String path = exchange.getRequestURI().getRawPath();
    @Nullable String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (path.equals(Access.TOKEN_PATH) && access.hasTokens()) {
      Reply reply = access.token(authorization, new String(body, StandardCharsets.UTF_8));
      note(exchange, Integer.toString(reply.status()));
      return (fault, send) -> send(exchange, reply, fault, send);
    }
    Core now = core;
    if (now == null) {
      return (fault, send) -> exchange.close();
    }
    Reply reply;
    try {
      Optional<String> refused = access.refuse(authorization);
      if (refused.isPresent()) {
        throw Refusal.of(401, refused.get());
      }
      int ui = path.indexOf(WEB_UI);
      if (ui > 0 && isBelow(path, ui)) {
        List<String> segments = segments(path.substring(0, ui));
        boolean statement = segments.size() == 8 && segments.get(6).equals("statements");
        if (segments.size() != 8 || !(statement || segments.get(6).equals("applications"))) {
          throw Refusal.notFound("Flink web UI", path);
        }
        WebUi.Answer answer =
            webUi.ask(
                exchange,
                statement
                    ? now.statementUi(segments.get(5), segments.get(7))
                    : now.webUi(segments.get(5), segments.get(7)),
                path.substring(ui + WEB_UI.length()),
                body);
        note(exchange, Integer.toString(answer.status()));
        return (fault, send) -> {
          if (send && (fault == Fault.Kind.LOSE_REPLY || fault == Fault.Kind.RESET)) {
            exchange.close();
          } else if (send) {
            WebUi.send(exchange, answer);
          }
        };
      }
      reply = reply(now, exchange, body);
    } catch (Refusal e) {
      reply = Reply.error(e.status(), e.messages());
    } catch (java.net.ConnectException | java.net.http.HttpTimeoutException e) {
      reply = Reply.error(503, List.of("The Flink cluster is not reachable."));
    }
    Reply result = reply;
    note(exchange, Integer.toString(result.status()));
    compare(exchange, body, result);
    return (fault, send) -> send(exchange, result, fault, send);
  }

  private static boolean isBelow(String path, int ui) {
    int end = ui + WEB_UI.length();
    return path.length() == end || path.charAt(end) == '/';
  }

  private Reply reply(Core now, HttpExchange exchange, byte[] body) {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getRawPath();
    List<String> segments = segments(path);
    Optional<Router.Match> match = now.route(method, segments);
    if (match.isEmpty()) {
      int status = now.knows(segments) ? 405 : 404;
      // As Spring answers what no controller knows: no RestError.
      return new Reply(
          status,
          Json.object()
              .put("timestamp", Instant.now().toString())
              .put("status", status)
              .put("error", status == 404 ? "Not Found" : "Method Not Allowed")
              .put("path", path));
    }
    Multipart multipart = Multipart.read(type(exchange), body);
    Call call =
        new Call(
            method,
            path,
            match.get().parameters(),
            query(exchange.getRequestURI().getRawQuery()),
            multipart == null ? read(exchange, body) : multipart.document(),
            multipart == null ? null : multipart.file());
    return now.handle(match.get().handler(), call);
  }

  private static List<String> segments(String path) {
    return Stream.of(path.split("/", -1))
        .map(s -> URLDecoder.decode(s.replace("+", "%2B"), StandardCharsets.UTF_8))
        .toList();
  }

  private static Map<String, List<String>> query(@Nullable String raw) {
    Map<String, List<String>> out = new LinkedHashMap<>();
    if (raw != null && !raw.isEmpty()) {
      for (String pair : raw.split("&", -1)) {
        int eq = pair.indexOf('=');
        String name = eq < 0 ? pair : pair.substring(0, eq);
        String value = eq < 0 ? "" : pair.substring(eq + 1);
        out.computeIfAbsent(URLDecoder.decode(name, StandardCharsets.UTF_8), n -> new ArrayList<>())
            .add(URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return out;
  }

  private static @Nullable JsonNode read(HttpExchange exchange, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    if (text.isBlank()) {
      return null;
    }
    String type = type(exchange);
    try {
      if (type.startsWith(YAML)) {
        return Json.fromYaml(text);
      }
      if (type.startsWith(JSON)) {
        return Json.parse(text);
      }
    } catch (JsonProcessingException | org.snakeyaml.engine.v2.exceptions.YamlEngineException e) {
      throw Refusal.badRequest("The request body cannot be read: " + firstLine(e));
    }
    throw Refusal.of(415, "Content-Type '" + type + "' is not supported.");
  }

  private static String type(HttpExchange exchange) {
    return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Content-Type"), "");
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static boolean wantsYaml(HttpExchange exchange) {
    String accept = Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Accept"), "");
    return accept.contains(YAML) && !accept.contains(JSON);
  }

  private void send(HttpExchange exchange, Reply reply, Fault.Kind fault) throws IOException {
    send(exchange, reply, fault, true);
  }

  private void send(HttpExchange exchange, Reply reply, Fault.Kind fault, boolean send)
      throws IOException {
    if (!send) {
      return;
    }
    JsonNode body = reply.body();
    byte[] file = reply.file();
    boolean empty = body == null && file == null;
    // There is no half of nothing: its head would be the whole answer.
    if (fault == Fault.Kind.LOSE_REPLY || (empty && fault == Fault.Kind.RESET)) {
      exchange.close();
      return;
    }
    if (empty) {
      exchange.sendResponseHeaders(reply.status(), -1);
      exchange.close();
      return;
    }
    boolean yaml = wantsYaml(exchange);
    byte[] bytes =
        body == null
            ? Objects.requireNonNull(file)
            : (yaml ? Json.toYaml(body) : Json.text(body)).getBytes(StandardCharsets.UTF_8);
    exchange
        .getResponseHeaders()
        .set("Content-Type", body == null ? "application/octet-stream" : yaml ? YAML : JSON);
    if (reply.status() == 401) {
      exchange.getResponseHeaders().put("WWW-Authenticate", access.challenges());
    }
    exchange.sendResponseHeaders(reply.status(), bytes.length);
    OutputStream out = exchange.getResponseBody();
    if (fault == Fault.Kind.RESET) {
      out.write(bytes, 0, bytes.length / 2);
      out.flush();
      exchange.close();
      return;
    }
    out.write(bytes);
    exchange.close();
  }

  private void compare(HttpExchange exchange, byte[] body, Reply reply) {
    if (check == null) {
      return;
    }
    ExchangeCheck.Exchange seen =
        new ExchangeCheck.Exchange(
            exchange.getRequestMethod(),
            exchange.getRequestURI().getRawPath(),
            query(exchange.getRequestURI().getRawQuery()),
            Map.copyOf(exchange.getRequestHeaders()),
            new String(body, StandardCharsets.UTF_8),
            reply.status(),
            reply.body() == null ? "" : JSON,
            reply.body() == null ? "" : Json.text(reply.body()));
    violations.addAll(check.faults(seen));
  }

  // ---- what a specification's words mean here ----

  /** Finds a jar: what an image would have below /opt/flink is in its distribution. */
  String jar(FlinkVersion version, String uri) {
    Optional<URI> artifact = Artifacts.locate(directory.resolve("artifacts"), uri);
    if (artifact.isPresent()) {
      return artifact.get().toString();
    }
    String prefix = "local:///opt/flink/";
    if (uri.startsWith(prefix) && !Files.exists(Path.of(uri.substring("local://".length())))) {
      String rest = uri.substring(prefix.length());
      for (FlinkDistribution flink : settings.flinks) {
        Path file = flink.directory().resolve(rest);
        if (flink.version().isSameMinor(version) && Files.exists(file)) {
          return file.toString();
        }
      }
    }
    return uri;
  }

  /** The ZooKeeper that stands in for Kubernetes' high availability; started when it is needed. */
  private String quorum() {
    synchronized (quorum) {
      if (zooKeeper == null) {
        FlinkDistribution flink = settings.flinks.get(0);
        Path at = directory.resolve("zookeeper");
        zooKeeper =
            settings.javaHome == null
                ? LocalZooKeeper.start(flink, at)
                : LocalZooKeeper.start(flink, at, settings.javaHome);
      }
      return zooKeeper.quorum();
    }
  }

  // ---- one command ----

  /**
   * Starts a server and lets it run until the process is ended, which takes all applications down.
   *
   * <p>Options: {@code --port N} (8080), {@code --directory DIR}, {@code --flink-home DIR} and
   * {@code --flink-jars DIR} (several times), {@code --cmf-version V}, {@code --tls}, {@code
   * --mtls}, {@code --token T}, {@code --sql} and {@code --sql-jars DIR} (several times; the first
   * Flink runs statements), {@code --openapi FILE}, with which it says at its end what did not fit.
   *
   * @param args the options
   * @throws InterruptedException never, in practice
   */
  public static void main(String[] args) throws InterruptedException {
    CmfServer server;
    try {
      server = parse(args).start();
    } catch (IllegalArgumentException | UncheckedIOException | FlinkPlatformException e) {
      Throwable cause = e.getCause();
      System.err.println(e.getMessage() + (cause == null ? "" : ": " + cause.getMessage()));
      System.exit(e instanceof IllegalArgumentException ? 2 : 1);
      return;
    }
    CountDownLatch end = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  server.violations().forEach(System.err::println);
                  end.countDown();
                }));
    System.out.println("export CONFLUENT_CMF_URL=" + server.address());
    if (server.certificates != null) {
      System.out.println(
          "export CONFLUENT_CMF_CERTIFICATE_AUTHORITY_PATH=" + server.authorityCertificate());
      System.out.println("export CONFLUENT_CMF_CLIENT_CERT_PATH=" + server.clientCertificate());
      System.out.println("export CONFLUENT_CMF_CLIENT_KEY_PATH=" + server.clientKey());
    }
    end.await();
  }

  private static Builder parse(String[] args) {
    Builder builder = builder().port(8080);
    boolean sql = false;
    List<Path> sqlJars = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--tls" -> builder.tls();
        case "--mtls" -> builder.mutualTls();
        case "--port" -> builder.port(port(value(args, ++i)));
        case "--directory" -> builder.directory(Path.of(value(args, ++i)));
        case "--flink-home" -> builder.flink(FlinkDistribution.home(Path.of(value(args, ++i))));
        case "--flink-jars" -> builder.flink(FlinkDistribution.jars(Path.of(value(args, ++i))));
        case "--cmf-version" -> builder.version(value(args, ++i));
        case "--token" -> builder.bearer(value(args, ++i));
        case "--sql" -> sql = true;
        case "--sql-jars" -> {
          sql = true;
          sqlJars.add(Path.of(value(args, ++i)));
        }
        case "--openapi" -> builder.openApi(Path.of(value(args, ++i)));
        default ->
            throw new IllegalArgumentException(
                "Unknown option "
                    + args[i]
                    + "; known: --port, --directory, --flink-home, --flink-jars, --cmf-version,"
                    + " --tls, --mtls, --token, --sql, --sql-jars, --openapi");
      }
    }
    if (sql) {
      if (builder.flinks.isEmpty()) {
        throw new IllegalArgumentException("--sql needs --flink-home or --flink-jars");
      }
      builder.sql(builder.flinks.get(0), sqlJars.toArray(new Path[0]));
    }
    return builder;
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new IllegalArgumentException("--port must be 0 to 65535, got '" + text + "'");
  }

  private static String value(String[] args, int i) {
    if (i >= args.length) {
      throw new IllegalArgumentException(args[i - 1] + " needs a value");
    }
    return args[i];
  }

  /** Builds a server. Not thread-safe. */
  public static final class Builder {

    private @Nullable Path directory;
    private int port;
    private String version = "2.3.1";
    private final List<FlinkDistribution> flinks = new ArrayList<>();
    private @Nullable Path javaHome;
    private List<String> jvmArgs = List.of();
    private @Nullable Path secrets;
    private Duration interval = Duration.ofMillis(200);
    private boolean tls;
    private boolean mutual;
    private @Nullable String token;
    private @Nullable String clientId;
    private @Nullable String clientSecret;
    private Duration tokenLifetime = Duration.ofHours(1);
    private @Nullable String basic;
    private @Nullable Path openApi;
    private @Nullable FlinkDistribution sql;
    private List<Path> sqlJars = List.of();

    private Builder() {}

    /**
     * Sets where documents, certificates and Flink's files are kept. Default: a temporary directory
     * that is removed at the end.
     *
     * @param value a directory of this machine; made when it is not there
     * @return this builder
     */
    public Builder directory(Path value) {
      this.directory = Objects.requireNonNull(value, "directory");
      return this;
    }

    /**
     * Sets the port. Default: 0, a free one.
     *
     * @param value 0 to 65535
     * @return this builder
     */
    public Builder port(int value) {
      this.port = value;
      return this;
    }

    /**
     * Sets the version of CMF that the server is; what that one lacks is answered with 404.
     * Default: {@code 2.3.1}.
     *
     * @param value a version from 2.0 on, for example {@code 2.1.0}
     * @return this builder
     * @throws IllegalArgumentException if it is no version
     */
    public Builder version(String value) {
      Version.parse(value);
      this.version = value;
      return this;
    }

    /**
     * Adds a Flink distribution; one for each minor version that applications name. Default: none:
     * then applications are kept, and never run.
     *
     * @param value the distribution
     * @return this builder
     */
    public Builder flink(FlinkDistribution value) {
      this.flinks.add(Objects.requireNonNull(value, "flink"));
      return this;
    }

    /**
     * Sets the JVM that runs Flink. Default: {@code JAVA_HOME}, else the JVM of this process.
     *
     * @param value the home directory of a JDK or JRE
     * @return this builder
     */
    public Builder javaHome(Path value) {
      this.javaHome = Objects.requireNonNull(value, "javaHome");
      return this;
    }

    /**
     * Sets further arguments of every Flink JVM. Default: none.
     *
     * @param value the arguments, none with a blank in it
     * @return this builder
     */
    public Builder jvmArgs(List<String> value) {
      this.jvmArgs = List.copyOf(value);
      return this;
    }

    /**
     * Sets where Kubernetes Secrets are, for {@code secretKeyRef} in a pod template: a directory
     * per Secret, a file per key. Default: none.
     *
     * @param value the directory
     * @return this builder
     */
    public Builder secrets(Path value) {
      this.secrets = Objects.requireNonNull(value, "secrets");
      return this;
    }

    /**
     * Sets how often the reconciler looks at an application, and how long what is deleted is still
     * there at least. Default: 200 ms; the real operator takes seconds.
     *
     * @param value 10 ms or more
     * @return this builder
     */
    public Builder interval(Duration value) {
      if (value.toMillis() < 10) {
        throw new IllegalArgumentException("interval must be 10 ms or more, got " + value);
      }
      this.interval = value;
      return this;
    }

    /**
     * Lets the server speak TLS, with a certificate made at the start.
     *
     * @return this builder
     */
    public Builder tls() {
      this.tls = true;
      return this;
    }

    /**
     * Lets the server speak TLS and ask every client for a certificate.
     *
     * @return this builder
     */
    public Builder mutualTls() {
      this.tls = true;
      this.mutual = true;
      return this;
    }

    /**
     * Asks every client for this bearer token.
     *
     * @param value the token
     * @return this builder
     */
    public Builder bearer(String value) {
      this.token = Objects.requireNonNull(value, "token");
      return this;
    }

    /**
     * Asks every client for a token that it gets at {@link CmfServer#tokenEndpoint}, by OAuth 2
     * client credentials.
     *
     * @param id the client's id
     * @param secret the client's secret
     * @param lifetime how long a token is good for
     * @return this builder
     */
    public Builder oauth(String id, String secret, Duration lifetime) {
      this.clientId = Objects.requireNonNull(id, "id");
      this.clientSecret = Objects.requireNonNull(secret, "secret");
      this.tokenLifetime = Objects.requireNonNull(lifetime, "lifetime");
      return this;
    }

    /**
     * Takes a user's name and password.
     *
     * @param user the user
     * @param password the password
     * @return this builder
     */
    public Builder basic(String user, String password) {
      this.basic = user + ":" + password;
      return this;
    }

    /**
     * Compares every request and answer with this description of CMF's API; see {@link
     * CmfServer#violations()}. Needs {@code com.atlassian.oai:swagger-request-validator-core} on
     * the class path. Default: none.
     *
     * @param value an OpenAPI file
     * @return this builder
     */
    public Builder openApi(Path value) {
      this.openApi = Objects.requireNonNull(value, "openApi");
      return this;
    }

    /**
     * Runs SQL statements on Flink: on a SQL gateway of this distribution, and a session cluster,
     * which are started with the first statement. Default: statements are played.
     *
     * @param flink the distribution
     * @param jars directories of further jars, for the gateway and the cluster: connectors, and
     *     what a flat directory of jars lacks: {@code flink-table-api-java-uber}, {@code
     *     flink-table-planner-loader}, {@code flink-table-runtime}, {@code flink-cep}, {@code
     *     flink-json}, {@code flink-sql-gateway}, {@code flink-sql-gateway-api}
     * @return this builder
     */
    public Builder sql(FlinkDistribution flink, Path... jars) {
      this.sql = Objects.requireNonNull(flink, "flink");
      this.sqlJars = List.of(jars);
      return this;
    }

    /**
     * Starts the server. Blocks until it answers.
     *
     * @return the server; close it when done
     * @throws dev.flinkplatform.error.InvalidSpecException if Flink cannot run here
     * @throws UncheckedIOException if the directory or the port cannot be used
     */
    public CmfServer start() {
      return CmfServer.start(this);
    }
  }
}
