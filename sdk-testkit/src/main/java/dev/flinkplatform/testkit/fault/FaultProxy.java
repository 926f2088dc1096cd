package dev.flinkplatform.testkit.fault;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A reverse proxy on the loopback address that does to requests what a {@link FaultSchedule} says.
 *
 * <p>It speaks HTTP/1.1 on plain sockets, since what it is for needs them: a server library closes
 * a connection in good order, and a real network resets it. One proxy stands before any number of
 * servers, each with an address of its own; requests are counted over all of them, in the order
 * they come. Bodies are held in memory. Requests whose answer never ends are not for this proxy.
 *
 * <p>Thread-safe. Closing it ends all connections; its threads are daemons.
 */
public final class FaultProxy implements AutoCloseable {

  private static final int MAX_LINE = 64 * 1024;
  private static final Duration ANSWER = Duration.ofSeconds(60);

  /** What a proxy must not pass on, or what the two sides write by themselves. */
  private static final Set<String> OWN_HEADERS =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "http2-settings",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          r -> {
            Thread thread = new Thread(r, "fault-proxy");
            thread.setDaemon(true);
            return thread;
          });
  private final Map<URI, ServerSocket> servers = new ConcurrentHashMap<>();
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Exchange> exchanges = new ArrayList<>();
  private FaultSchedule schedule;
  private int requests;

  /**
   * One request, and what was done to it. Holds no header and no body, so no credentials.
   *
   * @param number the request's number since the schedule was set, from 1
   * @param method the HTTP method
   * @param path the path, without the query
   * @param fault what the schedule said
   * @param serverStatus what the server answered; empty if it was not asked or did not answer
   */
  public record Exchange(
      int number, String method, String path, Fault fault, Optional<Integer> serverStatus) {

    /** Returns all of it in one line. */
    @Override
    public String toString() {
      return number
          + " "
          + method
          + " "
          + path
          + " "
          + fault
          + serverStatus.map(s -> " (the server said " + s + ")").orElse("");
    }
  }

  private FaultProxy(FaultSchedule schedule) {
    this.schedule = schedule;
  }

  /**
   * Starts a proxy without a server; {@link #address} gives it some.
   *
   * @param schedule what to do
   * @return a running proxy
   */
  public static FaultProxy start(FaultSchedule schedule) {
    return new FaultProxy(Objects.requireNonNull(schedule, "schedule"));
  }

  /**
   * Returns where to reach a server through this proxy: the first time, a port is opened for it.
   *
   * @param server the server's base address, {@code http}, with or without a path
   * @return an address on the loopback interface with the same path; the same for the same server
   * @throws IllegalArgumentException if it is no such address
   * @throws IllegalStateException if the proxy is closed
   * @throws UncheckedIOException if there is no free port
   */
  public URI address(URI server) {
    if (!"http".equals(server.getScheme())
        || server.getHost() == null
        || server.getRawQuery() != null) {
      throw new IllegalArgumentException(
          "server must be an http address without a query, got '" + server + "'");
    }
    if (closed.getCount() == 0) {
      throw new IllegalStateException("The proxy is closed");
    }
    URI origin = URI.create("http://" + server.getRawAuthority());
    ServerSocket socket = servers.computeIfAbsent(origin, this::listen);
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + server.getRawPath());
  }

  private ServerSocket listen(URI origin) {
    try {
      ServerSocket socket =
          new ServerSocket(0, 100, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
      threads.execute(() -> accept(socket, origin));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException("The fault proxy finds no free port", e);
    }
  }

  /**
   * Sets another schedule, forgets what was done, and counts requests from 1 again.
   *
   * @param value what to do from now on
   */
  public synchronized void schedule(FaultSchedule value) {
    this.schedule = Objects.requireNonNull(value, "schedule");
    this.requests = 0;
    this.exchanges.clear();
  }

  /**
   * Returns the schedule, with all that it decided.
   *
   * @return the one set last
   */
  public synchronized FaultSchedule schedule() {
    return schedule;
  }

  /**
   * Returns what was done since the schedule was set, in the order it came to its end.
   *
   * @return an immutable copy
   */
  public synchronized List<Exchange> exchanges() {
    return List.copyOf(exchanges);
  }

  // ---- connections ----

  private void accept(ServerSocket listening, URI origin) {
    while (closed.getCount() > 0) {
      try {
        Socket socket = listening.accept();
        connections.add(socket);
        threads.execute(() -> serve(socket, origin));
      } catch (IOException | RejectedExecutionException e) {
        if (closed.getCount() > 0 && !listening.isClosed()) {
          continue;
        }
        return;
      }
    }
  }

  private void serve(Socket socket, URI origin) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      while (true) {
        Request request = read(in, out);
        if (request == null || !answer(request, origin, socket, out)) {
          return;
        }
      }
    } catch (IOException e) {
      // The client, or a fault, has closed it: there is nobody to tell.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(socket);
    }
  }

  /** Does what the schedule says; returns whether the connection stays. */
  private boolean answer(Request request, URI origin, Socket socket, OutputStream out)
      throws IOException, InterruptedException {
    int number;
    FaultSchedule now;
    synchronized (this) {
      now = schedule;
      number = ++requests;
    }
    Fault fault = now.of(number);
    switch (fault.kind()) {
      case DROP -> {
        done(now, number, request, fault, Optional.empty());
        return false;
      }
      case STATUS -> {
        done(now, number, request, fault, Optional.empty());
        byte[] text = "{\"errors\":[\"fault proxy\"]}".getBytes(StandardCharsets.UTF_8);
        write(out, head(fault.amount(), "content-type: application/json\r\n", text.length), text);
        return request.keepAlive;
      }
      case DELAY -> {
        if (closed.await(fault.amount(), TimeUnit.MILLISECONDS)) {
          return false;
        }
      }
      default -> {
        // Nothing before the server is asked.
      }
    }
    HttpResponse<byte[]> response;
    try {
      response = forward(request, origin);
      if (fault.kind() == Fault.Kind.DUPLICATE) {
        response = forward(request, origin);
      }
    } catch (IOException e) {
      done(now, number, request, fault, Optional.empty());
      return false; // As if it were not between them.
    }
    done(now, number, request, fault, Optional.of(response.statusCode()));
    byte[] body = response.body();
    StringBuilder headers = new StringBuilder();
    response
        .headers()
        .map()
        .forEach(
            (name, values) -> {
              if (!OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(v -> headers.append(name).append(": ").append(v).append("\r\n"));
              }
            });
    byte[] head = head(response.statusCode(), headers.toString(), body.length);
    switch (fault.kind()) {
      case LOSE_REPLY -> {
        reset(socket);
        return false;
      }
      case RESET -> {
        int part = Math.max(0, body.length / 2);
        out.write(head, 0, body.length == 0 ? head.length / 2 : head.length);
        out.write(body, 0, part);
        out.flush();
        reset(socket);
        return false;
      }
      default -> {
        write(out, head, request.method.equals("HEAD") ? new byte[0] : body);
        return request.keepAlive;
      }
    }
  }

  private synchronized void done(
      FaultSchedule of, int number, Request request, Fault fault, Optional<Integer> status) {
    if (of == schedule) {
      exchanges.add(new Exchange(number, request.method, request.path(), fault, status));
    }
  }

  private HttpResponse<byte[]> forward(Request request, URI origin)
      throws IOException, InterruptedException {
    HttpRequest.Builder b =
        HttpRequest.newBuilder(URI.create(origin + request.target))
            .timeout(ANSWER)
            .method(
                request.method,
                request.body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(request.body));
    for (String[] header : request.headers) {
      if (!OWN_HEADERS.contains(header[0].toLowerCase(Locale.ROOT))) {
        b.header(header[0], header[1]);
      }
    }
    return client.send(b.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static byte[] head(int status, String headers, int length) {
    String text =
        "HTTP/1.1 " + status + " -\r\n" + headers + "content-length: " + length + "\r\n\r\n";
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void write(OutputStream out, byte[] head, byte[] body) throws IOException {
    out.write(head);
    out.write(body);
    out.flush();
  }

  /** With this setting TCP says RST and not FIN. */
  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  // ---- requests ----

  private static final class Request {
    private final String method;
    private final String target;
    private final List<String[]> headers;
    private final byte[] body;
    private final boolean keepAlive;

    Request(String method, String target, List<String[]> headers, byte[] body, boolean keepAlive) {
      this.method = method;
      this.target = target;
      this.headers = headers;
      this.body = body;
      this.keepAlive = keepAlive;
    }

    String path() {
      int query = target.indexOf('?');
      return query < 0 ? target : target.substring(0, query);
    }
  }

  /** Reads a request; null if there is none any more. */
  private static @Nullable Request read(InputStream in, OutputStream out) throws IOException {
    String first = line(in);
    if (first.isEmpty()) {
      return null;
    }
    String[] words = first.split(" ", -1);
    if (words.length != 3 || !words[1].startsWith("/")) {
      throw new IOException("no request: " + first);
    }
    List<String[]> headers = new ArrayList<>();
    int length = 0;
    boolean chunked = false;
    boolean keepAlive = words[2].equals("HTTP/1.1");
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw new IOException("no header: " + line);
      }
      String name = line.substring(0, colon);
      String value = line.substring(colon + 1).trim();
      headers.add(new String[] {name, value});
      switch (name.toLowerCase(Locale.ROOT)) {
        case "content-length" -> length = number(value, 10);
        case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
        case "connection" -> keepAlive &= !value.equalsIgnoreCase("close");
        case "expect" ->
            write(
                out,
                "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1),
                new byte[0]);
        default -> {
          // Passed on as it is.
        }
      }
    }
    byte[] body = chunked ? chunks(in) : exactly(in, length);
    return new Request(words[0], words[1], headers, body, keepAlive);
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String size = line(in);
      int semicolon = size.indexOf(';');
      int length = number(semicolon < 0 ? size : size.substring(0, semicolon), 16);
      if (length == 0) {
        while (!line(in).isEmpty()) {
          // Trailers are not passed on.
        }
        return body.toByteArray();
      }
      body.write(exactly(in, length));
      String end = line(in);
      if (!end.isEmpty()) {
        throw new IOException("no end of a chunk: " + end);
      }
    }
  }

  private static int number(String text, int radix) throws IOException {
    try {
      return Integer.parseUnsignedInt(text.trim(), radix);
    } catch (NumberFormatException e) {
      throw new IOException("no length: " + text, e);
    }
  }

  private static byte[] exactly(InputStream in, int length) throws IOException {
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new IOException("the request ended too early");
    }
    return body;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
      if (line.length() > MAX_LINE) {
        throw new IOException("a line of the request is too long");
      }
    }
    int end = line.length();
    return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : line.toString();
  }

  /** Closes all connections and ports. Running requests get no answer. */
  @Override
  public void close() {
    closed.countDown();
    for (AutoCloseable one : sockets()) {
      try {
        one.close();
      } catch (Exception e) {
        // It is as good as closed.
      }
    }
    threads.shutdownNow();
  }

  private List<AutoCloseable> sockets() {
    List<AutoCloseable> all = new ArrayList<>(servers.values());
    all.addAll(connections);
    return all;
  }
}
