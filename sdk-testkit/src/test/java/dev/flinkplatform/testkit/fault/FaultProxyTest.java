package dev.flinkplatform.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {

  private static final String ANSWER = "{\"what\":\"the answer of the server\"}";

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final FaultProxy proxy = FaultProxy.start(FaultSchedule.none());
  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;
  private URI address;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          heard.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI()
                  + " "
                  + body
                  + exchange.getRequestHeaders().getOrDefault("X-Test", List.of()));
          exchange.getResponseHeaders().add("X-Server", "yes");
          byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
          boolean empty = exchange.getRequestURI().getPath().endsWith("/empty");
          exchange.sendResponseHeaders(empty ? 204 : 202, empty ? -1 : answer.length);
          if (!empty) {
            exchange.getResponseBody().write(answer);
          }
          exchange.close();
        });
    server.start();
    address =
        proxy.address(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1"));
  }

  @AfterEach
  void close() {
    proxy.close();
    server.stop(0);
  }

  private HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(address + path))
            .timeout(Duration.ofSeconds(20))
            .header("X-Test", "1")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** One request whose body is known to have reached the proxy, and the bytes that come back. */
  private byte[] raw(String request) throws IOException {
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      try {
        InputStream in = socket.getInputStream();
        for (int c = in.read(); c >= 0; c = in.read()) {
          got.write(c);
        }
      } catch (SocketException e) {
        got.write("<reset>".getBytes(StandardCharsets.ISO_8859_1));
      }
      return got.toByteArray();
    }
  }

  private String rawText(String request) throws IOException {
    return new String(raw(request), StandardCharsets.ISO_8859_1);
  }

  @Test
  void pass_anyMethod_isAsWithoutTheProxy() throws Exception {
    HttpResponse<String> response = send("PATCH", "/jobs/1?mode=cancel", "body");

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(response.body()).isEqualTo(ANSWER);
    assertThat(response.headers().firstValue("X-Server")).contains("yes");
    assertThat(send("GET", "/empty", "").statusCode()).isEqualTo(204);
    assertThat(send("HEAD", "/head", "").body()).isEmpty();
    assertThat(send("GET", "/after", "").body()).isEqualTo(ANSWER);
    assertThat(heard)
        .containsExactly(
            "PATCH /v1/jobs/1?mode=cancel body[1]",
            "GET /v1/empty [1]",
            "HEAD /v1/head [1]",
            "GET /v1/after [1]");
    assertThat(proxy.exchanges())
        .first()
        .isEqualTo(
            new FaultProxy.Exchange(
                1, "PATCH", "/v1/jobs/1", Fault.of(Fault.Kind.PASS), Optional.of(202)));
  }

  @Test
  void pass_chunkedBody_isPutTogether() throws Exception {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create(address + "/chunks"))
                .POST(
                    BodyPublishers.ofInputStream(
                        () ->
                            new ByteArrayInputStream(
                                "x".repeat(100_000).getBytes(StandardCharsets.UTF_8))))
                .build(),
            BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(heard).containsExactly("POST /v1/chunks " + "x".repeat(100_000) + "[]");
  }

  @Test
  void drop_serverHearsNothing() throws Exception {
    proxy.schedule(FaultSchedule.replay("1=drop"));

    assertThatThrownBy(() -> send("POST", "/jobs", "body")).isInstanceOf(IOException.class);

    assertThat(heard).isEmpty();
    assertThat(send("POST", "/jobs", "body").statusCode()).isEqualTo(202);
    assertThat(proxy.exchanges())
        .extracting(FaultProxy.Exchange::toString)
        .containsExactly("1 POST /v1/jobs drop", "2 POST /v1/jobs pass (the server said 202)");
  }

  @Test
  void status_serverHearsNothing() throws Exception {
    proxy.schedule(FaultSchedule.replay("1=status:409 2=status:429 3=status:500 4=status:503"));

    for (int status : List.of(409, 429, 500, 503)) {
      HttpResponse<String> response = send("POST", "/jobs", "body");
      assertThat(response.statusCode()).isEqualTo(status);
      assertThat(response.body()).startsWith("{\"errors\":");
    }

    assertThat(heard).isEmpty();
  }

  @Test
  void delay_isAsLongAsSaid() throws Exception {
    proxy.schedule(FaultSchedule.replay("1=delay:400"));
    long begin = System.nanoTime();

    assertThat(send("GET", "/jobs", "").statusCode()).isEqualTo(202);

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(399));
  }

  @Test
  void delay_longerThanTheClientWaits_isATimeout() {
    proxy.schedule(FaultSchedule.replay("1=delay:60000"));

    assertThatThrownBy(
            () ->
                client.send(
                    HttpRequest.newBuilder(address).timeout(Duration.ofMillis(200)).build(),
                    BodyHandlers.ofString()))
        .isInstanceOf(java.net.http.HttpTimeoutException.class);
    assertThat(heard).isEmpty();
  }

  @Test
  void duplicate_serverHearsItTwice() throws Exception {
    proxy.schedule(FaultSchedule.replay("1=duplicate"));

    assertThat(send("POST", "/jobs", "body").body()).isEqualTo(ANSWER);

    assertThat(heard).containsExactly("POST /v1/jobs body[1]", "POST /v1/jobs body[1]");
  }

  @Test
  void loseReply_serverActsAndTheClientGetsAReset() throws Exception {
    proxy.schedule(FaultSchedule.replay("1=lose-reply 2=lose-reply"));

    assertThatThrownBy(() -> send("POST", "/jobs", "body")).isInstanceOf(IOException.class);
    assertThat(rawText("GET /v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n")).isEqualTo("<reset>");

    assertThat(heard).containsExactly("POST /v1/jobs body[1]", "GET /v1/jobs []");
  }

  @Test
  void reset_serverActsAndHalfTheBodyComesBeforeAReset() throws Exception {
    proxy.schedule(FaultSchedule.replay("1=reset 2=reset 3=reset"));

    assertThatThrownBy(() -> send("POST", "/jobs", "body")).isInstanceOf(IOException.class);
    String got = rawText("GET /v1/jobs HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(got)
        .startsWith("HTTP/1.1 202")
        .contains("content-length: " + ANSWER.length())
        .endsWith("\r\n\r\n" + ANSWER.substring(0, ANSWER.length() / 2) + "<reset>");
    assertThat(rawText("GET /v1/empty HTTP/1.1\r\nHost: x\r\n\r\n"))
        .startsWith("HTTP/1.1")
        .doesNotContain("\r\n\r\n")
        .endsWith("<reset>");

    assertThat(heard).hasSize(3);
  }

  @Test
  void serverGone_connectionEndsAndNothingIsSaid() {
    server.stop(0);

    assertThatThrownBy(() -> send("POST", "/jobs", "")).isInstanceOf(IOException.class);
    assertThat(proxy.exchanges())
        .singleElement()
        .satisfies(x -> assertThat(x.serverStatus()).isEmpty());
  }

  @Test
  void request_noHttp_endsTheConnection() throws IOException {
    assertThat(rawText("hello\r\n\r\n")).isEmpty();
    assertThat(rawText("GET /x HTTP/1.1\r\nContent-Length: many\r\n\r\n")).isEmpty();
    assertThat(heard).isEmpty();
  }

  @Test
  void address_sameServer_isTheSame() {
    URI one = URI.create("http://127.0.0.1:" + server.getAddress().getPort());

    assertThat(proxy.address(one).getPort()).isEqualTo(address.getPort());
    assertThat(proxy.address(URI.create("http://127.0.0.1:1")).getPort())
        .isNotEqualTo(address.getPort());
    for (String bad : List.of("https://127.0.0.1:1", "http:///x", "file:/x", "http://x?y=z")) {
      assertThatIllegalArgumentException().isThrownBy(() -> proxy.address(URI.create(bad)));
    }
  }

  @Test
  void close_connectionIsOpen_ends() {
    proxy.schedule(FaultSchedule.replay("1=delay:600000"));
    var answer =
        client.sendAsync(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding());
    org.awaitility.Awaitility.await().until(() -> proxy.schedule().toString().contains("="));

    proxy.close();

    assertThat(answer).failsWithin(Duration.ofSeconds(20));
    assertThatThrownBy(() -> proxy.address(address)).isInstanceOf(IllegalStateException.class);
  }
}
