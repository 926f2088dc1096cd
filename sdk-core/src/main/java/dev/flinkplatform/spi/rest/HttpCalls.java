package dev.flinkplatform.spi.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.flinkplatform.internal.http.Connection;
import dev.flinkplatform.internal.http.Exchanges;
import dev.flinkplatform.internal.http.Unproven;
import dev.flinkplatform.spi.rest.FlinkRestException.Details;
import io.github.resilience4j.retry.Retry;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.Serial;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests, waits for answers, repeats what is safe to repeat, and turns every failure into
 * ours.
 */
final class HttpCalls implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(HttpCalls.class);

  /**
   * An answer larger than this is not Flink's; a job graph of thousands of vertices has some MB.
   */
  private static final long MAX_JSON_BYTES = 64L << 20;

  private static final int UNAUTHORIZED = 401;

  private final Connection connection;
  private final OkHttpClient streaming;
  private final Credentials credentials;
  private final Retry retry;
  private final Exchanges exchanges;

  HttpCalls(Connection connection, Duration idleTimeout, Credentials credentials) {
    this.connection = connection;
    this.streaming = connection.http().newBuilder().readTimeout(idleTimeout).build();
    this.credentials = credentials;
    this.retry =
        connection.retry(
            "Flink REST", t -> t instanceof FlinkRestException e && e.retryable(), logger);
    this.exchanges = new Exchanges(connection);
  }

  /**
   * One request.
   *
   * @param endpoint what to call
   * @param segments the path, placeholders filled
   * @param query names and values of the query
   * @param body what to send; null for none
   * @param timeout how long one attempt may take
   */
  record Req(
      Endpoint endpoint,
      List<String> segments,
      List<Map.Entry<String, String>> query,
      @Nullable RequestBody body,
      Duration timeout) {

    String path() {
      return "/" + String.join("/", segments);
    }
  }

  /** Repeats the action while it fails retryably, with growing, random pauses. */
  <T> T retrying(Supplier<T> action) {
    try {
      return retry.executeSupplier(action);
    } catch (FlinkRestInterruptedException e) {
      throw e;
    } catch (FlinkRestException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted(e.method(), e.path(), e);
      }
      throw e;
    }
  }

  /** Sends a request, repeated if its endpoint allows it, and reads the JSON of the answer. */
  <T> T json(Req req, Function<JsonNode, T> reader) {
    return req.endpoint().isRepeatable()
        ? retrying(() -> jsonOnce(req, reader))
        : jsonOnce(req, reader);
  }

  /** Sends a request once, and reads the JSON of the answer. */
  <T> T jsonOnce(Req req, Function<JsonNode, T> reader) {
    Answer answer = exchange(req);
    String text = answer.body().utf8();
    try {
      return reader.apply(Json.MAPPER.readTree(answer.body().toByteArray()));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw notFlink(req, answer.status(), text, answer.secrets(), e);
    } catch (IOException e) {
      throw notFlink(req, answer.status(), text, answer.secrets(), e);
    }
  }

  /**
   * Sends a request, repeated if its endpoint allows it; the body of the answer does not matter.
   */
  void send(Req req) {
    if (req.endpoint().isRepeatable()) {
      retrying(() -> exchange(req));
    } else {
      exchange(req);
    }
  }

  /**
   * An answer whose body was read.
   *
   * @param status the HTTP status
   * @param location where a redirect leads to; null if nowhere
   * @param body the body
   * @param secrets what must not be shown of it
   */
  private record Answer(
      int status, @Nullable String location, ByteString body, Credentials.Resolved secrets) {}

  private Answer exchange(Req req) {
    Credentials.Resolved secrets = resolve(req, credentials::resolve);
    Answer answer = exchange(req, secrets);
    if (answer.status() == UNAUTHORIZED) {
      Optional<Credentials.Resolved> other = resolve(req, () -> credentials.another(secrets));
      if (other.isPresent()) {
        answer = exchange(req, other.get());
      }
    }
    return checked(req, answer);
  }

  private Answer exchange(Req req, Credentials.Resolved secrets) {
    Call call = newCall(connection.http(), req, secrets);
    call.timeout().timeout(req.timeout().toMillis(), TimeUnit.MILLISECONDS);
    try {
      return exchanges.exchange(call, response -> readWhole(response, secrets));
    } catch (IOException e) {
      throw noAnswer(req, secrets, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(req.endpoint().method(), req.path(), e);
    }
  }

  /** Sends a request and returns the body of the answer as a stream, which the caller closes. */
  InputStream stream(Req req) {
    return retrying(() -> streamOnce(req));
  }

  private InputStream streamOnce(Req req) {
    Credentials.Resolved secrets = resolve(req, credentials::resolve);
    try {
      return stream(req, secrets);
    } catch (FlinkRestException e) {
      if (e.httpStatus() != UNAUTHORIZED) {
        throw e;
      }
      return stream(req, resolve(req, () -> credentials.another(secrets)).orElseThrow(() -> e));
    }
  }

  private InputStream stream(Req req, Credentials.Resolved secrets) {
    Call call = newCall(streaming, req, secrets);
    boolean handedOver = false;
    try {
      Response response = exchanges.open(call);
      if (!response.isSuccessful()) {
        try (response) {
          checked(req, readWhole(response, secrets));
        }
      }
      handedOver = true;
      return new FilterInputStream(response.body().byteStream()) {
        @Override
        public void close() {
          exchanges.ended(call);
          response.close();
        }
      };
    } catch (IOException e) {
      throw noAnswer(req, secrets, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(req.endpoint().method(), req.path(), e);
    } finally {
      if (!handedOver) {
        exchanges.ended(call);
      }
    }
  }

  private static Answer readWhole(Response response, Credentials.Resolved secrets)
      throws IOException {
    return new Answer(
        response.code(),
        response.header("Location"),
        Exchanges.body(response, MAX_JSON_BYTES),
        secrets);
  }

  private Call newCall(OkHttpClient client, Req req, Credentials.Resolved secrets) {
    if (exchanges.isClosed()) {
      throw new IllegalStateException("The Flink REST client of " + base() + " is closed");
    }
    HttpUrl.Builder url = base().newBuilder();
    req.segments().forEach(url::addPathSegment);
    req.query().forEach(q -> url.addQueryParameter(q.getKey(), q.getValue()));
    Request.Builder request =
        new Request.Builder().url(url.build()).method(req.endpoint().method(), req.body());
    request.header("Accept", "application/json, */*;q=0.5");
    secrets.headers().forEach(h -> request.header(h.getKey(), h.getValue()));
    return client.newCall(request.build());
  }

  private <T> T resolve(Req req, Supplier<T> ask) {
    try {
      return ask.get();
    } catch (Unproven e) {
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted(req.endpoint().method(), req.path(), e);
      }
      String why = String.valueOf(e.getMessage());
      Details details =
          details(req, 0, where(req) + " was not sent: " + why, why, "", e.retryable());
      throw e.retryable()
          ? new FlinkRestUnavailableException(details, e)
          : new FlinkRestException(details, e);
    }
  }

  private Answer checked(Req req, Answer answer) {
    int status = answer.status();
    if (status >= 200 && status < 300) {
      return answer;
    }
    Credentials.Resolved secrets = answer.secrets();
    ErrorBody error = ErrorBody.parse(secrets.redact(answer.body().utf8()));
    String summary = error.summary();
    if (status >= 300 && status < 400 && answer.location() != null) {
      summary = "redirected to " + secrets.redact(answer.location());
    }
    boolean retryable = status == 429 || status == 502 || status == 503 || status == 504;
    String message =
        where(req) + " answered " + status + ": " + summary + advice(req, status, error);
    Details details =
        new Details(
            message,
            status,
            req.endpoint().method(),
            req.path(),
            summary,
            Exchanges.excerpt(error.text()),
            retryable,
            error.fromFlink());
    if (retryable) {
      throw new FlinkRestUnavailableException(details, null);
    }
    if (status == 404 || (status == 500 && error.isOfSomethingUnknown())) {
      throw new FlinkRestNotFoundException(details, null);
    }
    throw new FlinkRestException(details, null);
  }

  private static String advice(Req req, int status, ErrorBody error) {
    boolean jars = req.segments().get(0).equals("jars");
    String advice =
        switch (status) {
          case 301, 302, 303, 307, 308 ->
              "Give the client the address redirected to, or log in at the proxy.";
          case 401, 403 ->
              "A proxy in front of Flink wants other credentials: check the headers,"
                  + " token or client certificate of this client.";
          case 404 ->
              !error.fromFlink()
                  ? "The answer is not Flink's: check the address and its path prefix."
                  : jars
                      ? "The jar is not there, or this cluster takes none (application cluster, or"
                          + " web.submit.enable=false)."
                      : "";
          case 413 ->
              "The request is too large, most often for a proxy or ingress: raise its limit.";
          case 429, 502, 503, 504 -> "Try again later.";
          default -> error.fromFlink() ? "" : "The answer is not Flink's: check the address.";
        };
    return advice.isEmpty() ? "" : ". " + advice;
  }

  private FlinkRestException notFlink(
      Req req, int status, String text, Credentials.Resolved secrets, Exception e) {
    String shown = secrets.redact(text);
    String summary =
        text.isBlank()
            ? "the answer has no body"
            : e instanceof JsonProcessingException
                ? "the answer is not JSON"
                : StackTraces.cap(secrets.redact(String.valueOf(e.getMessage())));
    return new FlinkRestException(
        details(
            req,
            status,
            where(req)
                + " answered "
                + status
                + ", but "
                + summary
                + ". Check that the address leads to Flink, and not to a login page or another"
                + " service.",
            summary,
            Exchanges.excerpt(shown),
            false),
        null);
  }

  private FlinkRestException noAnswer(Req req, Credentials.Resolved secrets, IOException e) {
    String why = describe(e);
    if (exchanges.isClosed()) {
      return new FlinkRestException(
          details(req, 0, where(req) + " was ended: the client was closed", why, "", false), e);
    }
    why = secrets.redact(why);
    if (Exchanges.has(e, UnreadableFileException.class)) {
      return new FlinkRestException(
          details(req, 0, where(req) + " was ended: " + why, why, "", false), e);
    }
    if (Exchanges.isTlsRefusal(e)) {
      String message =
          where(req)
              + " got no answer: TLS failed: "
              + why
              + ". Check which certificates this client trusts and shows, and the host name.";
      return new FlinkRestException(details(req, 0, message, why, "", false), e);
    }
    String message =
        where(req)
            + " got no answer"
            + (e instanceof InterruptedIOException ? " within " + req.timeout() : "")
            + ": "
            + why
            + ". Check that the JobManager runs and is reachable from here.";
    return new FlinkRestUnavailableException(details(req, 0, message, why, "", true), e);
  }

  /** Thrown while a file is read that is being sent. */
  static final class UnreadableFileException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    UnreadableFileException(String message, @Nullable IOException cause) {
      super(message, cause);
    }
  }

  /** Tells of a stream that broke while it was read. */
  FlinkRestException broken(Req req, IOException e) {
    return noAnswer(req, new Credentials.Resolved(), e);
  }

  private static String describe(IOException e) {
    String name = e.getClass().getSimpleName();
    return e.getMessage() == null ? name : name + ": " + StackTraces.cap(e.getMessage());
  }

  private FlinkRestInterruptedException interrupted(
      String method, String path, @Nullable Throwable cause) {
    String summary = "the thread was interrupted while it waited for Flink";
    return new FlinkRestInterruptedException(
        new Details(
            method
                + " "
                + connection.address(path)
                + ": "
                + summary
                + ". What was asked for may have been done: look before you repeat it.",
            0,
            method,
            path,
            summary,
            "",
            false,
            false),
        cause);
  }

  private Details details(
      Req req, int status, String message, String summary, String excerpt, boolean retryable) {
    return new Details(
        message, status, req.endpoint().method(), req.path(), summary, excerpt, retryable, false);
  }

  private String where(Req req) {
    return req.endpoint().method() + " " + connection.address(req.path());
  }

  HttpUrl base() {
    return connection.base();
  }

  /** Ends running calls; connections other clients share stay. */
  @Override
  public void close() {
    exchanges.close();
  }
}
