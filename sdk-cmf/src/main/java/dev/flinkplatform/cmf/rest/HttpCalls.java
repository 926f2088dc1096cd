package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.cmf.rest.CmfException.Details;
import dev.flinkplatform.internal.http.Connection;
import dev.flinkplatform.internal.http.Exchanges;
import dev.flinkplatform.internal.http.Secrets;
import dev.flinkplatform.internal.http.Sent;
import dev.flinkplatform.internal.http.Unproven;
import io.github.resilience4j.retry.Retry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends requests, repeats what is safe to repeat, and turns every failure into ours. */
final class HttpCalls implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(HttpCalls.class);

  private static final long MAX_BYTES = 64L << 20;
  private final Connection connection;
  private final Exchanges exchanges;
  private final Auth auth;
  private final Retry retry;

  HttpCalls(Connection connection, Exchanges exchanges, Auth auth) {
    this.connection = connection;
    this.exchanges = exchanges;
    this.auth = auth;
    this.retry =
        connection.retry(
            "CMF", t -> t instanceof CmfUnavailableException e && e.retryable(), logger);
  }

  /**
   * One request.
   *
   * @param endpoint what to call
   * @param segments the path, placeholders filled
   * @param query names and values of the query
   * @param body makes what to send, anew for each attempt; null for none
   * @param timeout how long one attempt may take
   * @param hidden what no message may show
   */
  record Req(
      CmfEndpoint endpoint,
      List<String> segments,
      List<Map.Entry<String, String>> query,
      @Nullable Supplier<RequestBody> body,
      Duration timeout,
      List<String> hidden) {

    String path() {
      return "/" + String.join("/", segments);
    }

    /** Shows no body. */
    @Override
    public String toString() {
      return endpoint.method() + " " + path();
    }
  }

  /**
   * An answer that is a success, or 304.
   *
   * @param status the HTTP status
   * @param text the body; empty if there is none
   * @param hidden what no message about it may show
   */
  record Answer(int status, String text, List<String> hidden) {

    CmfOutcome outcome() {
      return status == 304
          ? CmfOutcome.UNCHANGED
          : status == 202 ? CmfOutcome.ACCEPTED : CmfOutcome.DONE;
    }
  }

  /** Sends a request, repeated if its endpoint allows it. */
  Answer send(Req req) {
    if (!req.endpoint().isRepeatable()) {
      return once(req);
    }
    boolean[] mayHaveArrived = {false};
    boolean delete = req.endpoint().method().equals("DELETE");
    return retrying(
        req,
        () -> {
          try {
            return once(req);
          } catch (CmfUnavailableException e) {
            mayHaveArrived[0] |= e.mayHaveArrived();
            throw e;
          } catch (CmfNotFoundException e) {
            if (delete && mayHaveArrived[0] && e.isFromCmf()) {
              // The attempt whose answer was lost did it.
              return new Answer(204, "", List.of());
            }
            throw e;
          }
        });
  }

  private <T> T retrying(Req req, Supplier<T> action) {
    try {
      return retry.executeSupplier(action);
    } catch (CmfInterruptedException e) {
      throw e;
    } catch (CmfException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted(req, e);
      }
      throw e;
    }
  }

  /** Reads the JSON object of an answer. */
  Map<String, @Nullable Object> json(Req req, Answer answer) {
    try {
      return Trees.parse(answer.text());
    } catch (IllegalArgumentException e) {
      String said =
          answer.text().isBlank() ? "the answer has no body" : String.valueOf(e.getMessage());
      throw new CmfException(
          details(
              req,
              answer.status(),
              req
                  + " of "
                  + base()
                  + " answered "
                  + answer.status()
                  + ", but "
                  + said
                  + ". Check that the address leads to CMF, and not to a login page or another"
                  + " service.",
              List.of(said),
              Exchanges.excerpt(Secrets.redact(answer.text(), answer.hidden())),
              false,
              true,
              false),
          null);
    }
  }

  private Answer once(Req req) {
    return once(req, HttpCalls::read);
  }

  private Answer once(Req req, Exchanges.Reader<Reply> reader) {
    Auth.Proof proof = prove(req, auth::prove);
    Reply reply = exchange(req, proof, reader);
    if (reply.status() == 401) {
      // Refused before anything was done, so that this is safe for every method.
      Auth.Proof other = prove(req, () -> auth.another(proof));
      if (other != null) {
        return checked(req, exchange(req, other, reader), other);
      }
    }
    return checked(req, reply, proof);
  }

  private <P extends Auth.@Nullable Proof> P prove(Req req, Supplier<P> ask) {
    try {
      return ask.get();
    } catch (Unproven e) {
      if (Thread.currentThread().isInterrupted()) {
        throw interrupted(req, e);
      }
      String why = String.valueOf(e.getMessage());
      Details details =
          details(
              req,
              0,
              where(req) + " was not sent: " + why,
              List.of(why),
              "",
              e.retryable(),
              false,
              false);
      throw e.retryable()
          ? new CmfUnavailableException(details, null)
          : new CmfUnauthorizedException(details, null);
    }
  }

  /**
   * Any answer.
   *
   * @param status the HTTP status
   * @param location where a redirect leads to; null if nowhere
   * @param text the body
   */
  record Reply(int status, @Nullable String location, String text) {}

  /** Fetches a body into a file, which is there whole or not at all. Repeated. */
  void download(Req req, Path target) {
    Answer unused = retrying(req, () -> once(req, response -> save(response, target)));
  }

  private static Reply save(Response response, Path target) throws IOException {
    if (!response.isSuccessful()) {
      return read(response);
    }
    Path part = Files.createTempFile(target.toAbsolutePath().getParent(), ".cmf-", ".part");
    try {
      try (InputStream in = response.body().byteStream()) {
        Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
    return new Reply(response.code(), null, "");
  }

  private Reply exchange(Req req, Auth.Proof proof, Exchanges.Reader<Reply> reader) {
    if (exchanges.isClosed()) {
      throw new IllegalStateException("The CMF client of " + base() + " is closed");
    }
    HttpUrl.Builder url = base().newBuilder();
    req.segments().forEach(url::addPathSegment);
    req.query().forEach(q -> url.addQueryParameter(q.getKey(), q.getValue()));
    Sent sent = new Sent();
    Supplier<RequestBody> body = req.body();
    Request.Builder request =
        new Request.Builder()
            .url(url.build())
            .tag(Sent.class, sent)
            .method(req.endpoint().method(), body == null ? null : body.get())
            .header("Accept", "application/json");
    String header = proof.header();
    if (header != null) {
      request.header("Authorization", header);
    }
    // Of a call without body okhttp knows no better than that it may be repeated.
    boolean once = body == null && !req.endpoint().isRepeatable();
    Call call = once ? exchanges.newCallOnce(request.build()) : exchanges.newCall(request.build());
    call.timeout().timeout(req.timeout().toMillis(), TimeUnit.MILLISECONDS);
    try {
      return exchanges.exchange(call, reader);
    } catch (IOException e) {
      throw noAnswer(req, proof, sent.begun(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(req, e);
    }
  }

  static Reply read(Response response) throws IOException {
    return new Reply(
        response.code(), response.header("Location"), Exchanges.body(response, MAX_BYTES).utf8());
  }

  private Answer checked(Req req, Reply reply, Auth.Proof proof) {
    int status = reply.status();
    List<String> hidden = new ArrayList<>(proof.hidden());
    hidden.addAll(req.hidden());
    if ((status >= 200 && status < 300)
        || (status == 304 && !req.endpoint().method().equals("GET"))) {
      return new Answer(status, reply.text(), hidden);
    }
    ErrorBody error = ErrorBody.parse(reply.text(), hidden);
    String summary = error.summary();
    if (status >= 300 && status < 400 && reply.location() != null) {
      summary = "redirected to " + Secrets.redact(reply.location(), hidden);
    }
    boolean lost = status == 502 || status == 504;
    boolean unavailable = lost || status == 429 || status == 503;
    boolean retryable = unavailable || (status == 409 && isPoolNotRunning(summary));
    Details details =
        details(
            req,
            status,
            where(req) + " answered " + status + ": " + summary + advice(status, error),
            status < 400 ? List.of(summary) : error.messages(),
            Exchanges.excerpt(error.text()),
            retryable,
            lost || status == 500,
            error.fromCmf());
    if (unavailable) {
      throw new CmfUnavailableException(details, null);
    }
    throw switch (status) {
      case 400, 422 -> new CmfInvalidException(details, null);
      case 401, 403 -> new CmfUnauthorizedException(details, null);
      case 404 -> new CmfNotFoundException(details, null);
      case 409 -> new CmfConflictException(details, null);
      case 410 -> new CmfGoneException(details, null);
      default -> new CmfException(details, null);
    };
  }

  /** A statement whose shared pool starts is refused like a duplicate; only the text tells. */
  private static boolean isPoolNotRunning(String summary) {
    String text = summary.toLowerCase(Locale.ROOT);
    return text.contains("pool") && text.contains("not running");
  }

  private static String advice(int status, ErrorBody error) {
    String advice =
        switch (status) {
          case 301, 302, 303, 307, 308 ->
              "Give the client the address redirected to, or log in at the proxy.";
          case 401 ->
              "Check the token, password or client certificate of this client. CMF says 401 also"
                  + " when a role binding for the environment is missing.";
          case 403 ->
              "Who asks is known, and has no role that allows this: ask for a role binding in the"
                  + " environment.";
          case 404 ->
              error.fromCmf()
                  ? ""
                  : "The answer does not have the form of CMF's errors: check the address, too.";
          case 413 ->
              "The request is too large, most often for a proxy or ingress: raise its limit.";
          case 429, 502, 503, 504 -> "Try again later.";
          default ->
              error.fromCmf()
                  ? ""
                  : "The answer does not have the form of CMF's errors: a proxy may have sent it.";
        };
    return advice.isEmpty() ? "" : ". " + advice;
  }

  private CmfException noAnswer(Req req, Auth.Proof proof, boolean begun, IOException e) {
    List<String> hidden = new ArrayList<>(proof.hidden());
    hidden.addAll(req.hidden());
    String why = Secrets.redact(describe(e), hidden);
    if (exchanges.isClosed()) {
      return new CmfException(
          details(
              req,
              0,
              where(req) + " was ended: the client was closed",
              List.of(why),
              "",
              false,
              begun,
              false),
          e);
    }
    if (e instanceof FileSystemException || e instanceof FileNotFoundException) {
      return new CmfException(
          details(
              req,
              0,
              where(req) + " was ended: a file of this machine: " + why,
              List.of(why),
              "",
              false,
              begun,
              false),
          e);
    }
    if (Exchanges.isTlsRefusal(e)) {
      return new CmfUnavailableException(
          details(
              req,
              0,
              where(req)
                  + " got no answer: TLS failed: "
                  + why
                  + ". Check which certificates this client trusts (certificateAuthority) and shows"
                  + " (clientCertificate), and the host name.",
              List.of(why),
              "",
              false,
              false,
              false),
          e);
    }
    return new CmfUnavailableException(
        details(
            req,
            0,
            where(req)
                + " got no answer"
                + (e instanceof InterruptedIOException ? " within " + req.timeout() : "")
                + ": "
                + why
                + ". Check that CMF runs and is reachable from here; after a restart it can take"
                + " minutes.",
            List.of(why),
            "",
            true,
            begun,
            false),
        e);
  }

  static String describe(IOException e) {
    String name = e.getClass().getSimpleName();
    return e.getMessage() == null ? name : name + ": " + ErrorBody.line(e.getMessage());
  }

  private CmfInterruptedException interrupted(Req req, @Nullable Throwable cause) {
    String summary = "the thread was interrupted while it waited for CMF";
    return new CmfInterruptedException(
        details(
            req,
            0,
            where(req)
                + ": "
                + summary
                + ". What was asked for may have been done: look before you repeat it.",
            List.of(summary),
            "",
            false,
            true,
            false),
        cause);
  }

  static Details details(
      Req req,
      int status,
      String message,
      List<String> messages,
      String excerpt,
      boolean retryable,
      boolean mayHaveArrived,
      boolean fromCmf) {
    return new Details(
        message,
        status,
        req.endpoint().method(),
        req.path(),
        messages,
        excerpt,
        retryable,
        mayHaveArrived,
        fromCmf);
  }

  String where(Req req) {
    return req.endpoint().method() + " " + connection.address(req.path());
  }

  Connection connection() {
    return connection;
  }

  HttpUrl base() {
    return connection.base();
  }

  Auth auth() {
    return auth;
  }

  /** Ends running calls; connections other clients share stay. */
  @Override
  public void close() {
    exchanges.close();
  }
}
