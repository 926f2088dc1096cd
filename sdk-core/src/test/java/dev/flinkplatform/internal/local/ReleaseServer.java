package dev.flinkplatform.internal.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Serves files as Apache's servers do, ranges included, and misbehaves when told to. */
public final class ReleaseServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger toCutOff = new AtomicInteger();
  private final AtomicInteger toFail = new AtomicInteger();

  /** What is answered while {@link #toFail} is not used up. */
  private volatile int failure = 503;

  /** Says what the body's length is; 0: the truth. */
  private volatile long pretendedLength;

  private volatile boolean ranges = true;

  /** Until it is open, no body goes beyond its half. */
  private volatile CountDownLatch gate = new CountDownLatch(0);

  /** Starts it on a free port of this machine. */
  public ReleaseServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  /** Returns the base URL. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/dist/flink";
  }

  /** Serves the archive of a version, and its checksum. */
  public void serve(String version, Path archive) throws Exception {
    byte[] bytes = Files.readAllBytes(archive);
    String name = "flink-" + version + "-bin-scala_2.12.tgz";
    files.put(path(version), bytes);
    checksum(
        version,
        HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(bytes))
            + "  "
            + name
            + "\n");
  }

  void checksum(String version, String text) {
    files.put(path(version) + ".sha512", text.getBytes(StandardCharsets.UTF_8));
  }

  private static String path(String version) {
    return "/dist/flink/flink-" + version + "/flink-" + version + "-bin-scala_2.12.tgz";
  }

  void cutOff(int times) {
    toCutOff.set(times);
  }

  void fail(int times, int status) {
    failure = status;
    toFail.set(times);
  }

  void pretendLength(long bytes) {
    pretendedLength = bytes;
  }

  void withoutRanges() {
    ranges = false;
  }

  CountDownLatch closeGate() {
    gate = new CountDownLatch(1);
    return gate;
  }

  /** Returns what was asked for: the end of the path and the range. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  long downloads() {
    return requests.stream().filter(r -> r.startsWith("tgz")).count();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String range = exchange.getRequestHeaders().getFirst("Range");
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      requests.add(
          path.substring(path.lastIndexOf('.') + 1)
              + (range == null ? "" : " " + range)
              + (authorization == null ? "" : " " + authorization));
      byte[] all = files.get(path);
      if (all == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      if (toFail.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        exchange.sendResponseHeaders(failure, -1);
        return;
      }
      if (!path.endsWith(".tgz")) {
        exchange.sendResponseHeaders(200, all.length);
        exchange.getResponseBody().write(all);
        return;
      }
      String tag = "\"" + Integer.toHexString(java.util.Arrays.hashCode(all)) + "\"";
      exchange.getResponseHeaders().set("ETag", tag);
      int from = 0;
      int status = 200;
      if (ranges
          && range != null
          && tag.equals(exchange.getRequestHeaders().getFirst("If-Range"))) {
        from = Integer.parseInt(range.replaceAll("[^0-9]", ""));
        if (from >= all.length) {
          exchange.getResponseHeaders().set("Content-Range", "bytes */" + all.length);
          exchange.sendResponseHeaders(416, -1);
          return;
        }
        status = 206;
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes " + from + "-" + (all.length - 1) + "/" + all.length);
      }
      exchange.sendResponseHeaders(
          status, pretendedLength > 0 ? pretendedLength : all.length - from);
      OutputStream body = exchange.getResponseBody();
      int half = from + (all.length - from) / 2;
      body.write(all, from, half - from);
      body.flush();
      if (toCutOff.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
        return; // Closing an exchange that owes bytes closes the connection.
      }
      if (!gate.await(60, TimeUnit.SECONDS)) {
        return;
      }
      body.write(all, half, all.length - half);
      body.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
