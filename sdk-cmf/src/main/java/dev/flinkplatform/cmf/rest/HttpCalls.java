package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.cmf.rest.CmfException.Details;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends requests, repeats what is safe to repeat, and turns every failure into ours. */
final class HttpCalls implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(HttpCalls.class);

  private static final long MAX_BYTES = 64L << 20;
  private static final long MAX_ERROR_BYTES = 256L << 10;
  private static final int MAX_EXCERPT_CHARS = 4_000;

  private final HttpUrl base;
  private final OkHttpClient http;
  private final boolean ownPool;
  private final Auth auth;
  private final Retry retry;
  private final Set<Call> inFlight = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  HttpCalls(
      HttpUrl base,
      OkHttpClient http,
      boolean ownPool,
      Auth auth,
      int attempts,
      Duration initialBackoff,
      Duration maxBackoff) {
    this.base = base;
    this.http = http;
    this.ownPool = ownPool;
    this.auth = auth;
    this.retry =
        Retry.of(
            "cmf-rest",
            RetryConfig.custom()
                .maxAttempts(attempts)
                .intervalFunction(
                    IntervalFunction.ofExponentialRandomBackoff(
                        initialBackoff, 2.0, 0.5, maxBackoff))
                .retryOnException(t -> t instanceof CmfUnavailableException e && e.retryable())
                .build());
    this.retry
        .getEventPublisher()
        .onRetry(
            e ->
                logger.debug(
                    "CMF call failed, attempt={}, next in={}, cause={}",
                    e.getNumberOfRetryAttempts(),
                    e.getWaitInterval(),
                    String.valueOf(e.getLastThrowable())));
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
   */
  record Answer(int status, String text) {

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
              return new Answer(204, "");
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
                  + base
                  + " answered "
                  + answer.status()
                  + ", but "
                  + said
                  + ". Check that the address leads to CMF, and not to a login page or another"
                  + " service.",
              List.of(said),
              excerpt(Auth.redact(answer.text(), req.hidden())),
              false,
              true,
              false),
          null);
    }
  }

  private Answer once(Req req) {
    return once(req, HttpCalls::read);
  }

  private Answer once(Req req, ResponseReader reader) {
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
    } catch (Auth.Unproven e) {
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

  @FunctionalInterface
  interface ResponseReader {
    Reply read(Response response) throws IOException;
  }

  private Reply exchange(Req req, Auth.Proof proof, ResponseReader reader) {
    if (closed) {
      throw new IllegalStateException("The CMF client of " + base + " is closed");
    }
    HttpUrl.Builder url = base.newBuilder();
    req.segments().forEach(url::addPathSegment);
    req.query().forEach(q -> url.addQueryParameter(q.getKey(), q.getValue()));
    SharedHttp.Sent sent = new SharedHttp.Sent();
    Supplier<RequestBody> body = req.body();
    Request.Builder request =
        new Request.Builder()
            .url(url.build())
            .tag(SharedHttp.Sent.class, sent)
            .method(req.endpoint().method(), body == null ? null : body.get())
            .header("Accept", "application/json");
    String header = proof.header();
    if (header != null) {
      request.header("Authorization", header);
    }
    Call call = http.newCall(request.build());
    call.timeout().timeout(req.timeout().toMillis(), TimeUnit.MILLISECONDS);
    inFlight.add(call);
    try {
      return await(req, call, reader);
    } catch (IOException e) {
      throw noAnswer(req, proof, sent.begun(), e);
    } finally {
      inFlight.remove(call);
    }
  }

  /** Runs the call on a thread of its own, so that an interrupt ends the wait at once. */
  private Reply await(Req req, Call call, ResponseReader reader) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted(req, null);
    }
    try {
      return execute(call, reader).get();
    } catch (InterruptedException e) {
      call.cancel();
      Thread.currentThread().interrupt();
      throw interrupted(req, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(where(req) + " failed inside the client", cause);
    }
  }

  static CompletableFuture<Reply> execute(Call call) {
    return execute(call, HttpCalls::read);
  }

  private static CompletableFuture<Reply> execute(Call call, ResponseReader reader) {
    CompletableFuture<Reply> result = new CompletableFuture<>();
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call c, IOException e) {
            result.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call c, Response response) {
            try (response) {
              result.complete(reader.read(response));
            } catch (IOException | RuntimeException | Error e) {
              result.completeExceptionally(e);
            }
          }
        });
    return result;
  }

  private static Reply read(Response response) throws IOException {
    boolean ok = response.isSuccessful();
    long limit = ok ? MAX_BYTES : MAX_ERROR_BYTES;
    BufferedSource source = response.body().source();
    if (source.request(limit + 1) && ok) {
      throw new IOException("the answer has more than " + limit + " bytes");
    }
    String text = source.readByteString(Math.min(limit, source.getBuffer().size())).utf8();
    return new Reply(response.code(), response.header("Location"), text);
  }

  private Answer checked(Req req, Reply reply, Auth.Proof proof) {
    int status = reply.status();
    if ((status >= 200 && status < 300)
        || (status == 304 && !req.endpoint().method().equals("GET"))) {
      return new Answer(status, reply.text());
    }
    List<String> hidden = new ArrayList<>(proof.hidden());
    hidden.addAll(req.hidden());
    ErrorBody error = ErrorBody.parse(Auth.redact(reply.text(), hidden));
    String summary = error.summary();
    if (status >= 300 && status < 400 && reply.location() != null) {
      summary = "redirected to " + Auth.redact(reply.location(), hidden);
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
            excerpt(error.text()),
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
    String why = Auth.redact(describe(e), hidden);
    if (closed) {
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
    if (isTlsRefusal(e)) {
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

  /** Refused for good, other than a connection that broke during the handshake. */
  static boolean isTlsRefusal(IOException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SSLPeerUnverifiedException
          || t instanceof CertificateException
          || t instanceof CertPathValidatorException) {
        return true;
      }
    }
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return e instanceof SSLException
        && (message.contains("alert") || message.contains("unsupported or unrecognized"));
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
    return req.endpoint().method() + " " + address(req.path());
  }

  private String address(String path) {
    String root = base.toString();
    return (root.endsWith("/") ? root.substring(0, root.length() - 1) : root) + path;
  }

  private static String excerpt(String text) {
    return text.length() <= MAX_EXCERPT_CHARS ? text : text.substring(0, MAX_EXCERPT_CHARS);
  }

  HttpUrl base() {
    return base;
  }

  Auth auth() {
    return auth;
  }

  /** Ends running calls; connections other clients share stay. */
  @Override
  public void close() {
    closed = true;
    inFlight.forEach(Call::cancel);
    if (ownPool) {
      http.connectionPool().evictAll();
    }
  }
}
