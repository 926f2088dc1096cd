package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.internal.http.Exchanges;
import dev.flinkplatform.internal.http.OneShotBody;
import dev.flinkplatform.internal.http.Secrets;
import dev.flinkplatform.internal.http.Unproven;
import dev.flinkplatform.spi.rest.FlinkRestClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import okhttp3.Call;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tokens of the OAuth 2 client credentials grant (RFC 6749, 4.4), renewed before they expire. */
final class OAuthTokens implements Auth {

  /** Of an answer without expires_in. */
  private static final long SECONDS_UNSAID = 300;

  /** How long before its end a token is renewed, at most: of short ones a fifth is left. */
  private static final long SECONDS_BEFORE_END = 60;

  /** Until a renewal that failed is tried again, while the token in use is good. */
  private static final long SECONDS_BETWEEN = 5;

  private static final Logger logger = LoggerFactory.getLogger(OAuthTokens.class);

  private final Exchanges exchanges;
  private final CmfOAuth settings;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Token token;

  /** Of the last fetch, both guarded by the lock; null if it succeeded. */
  private @Nullable Unproven failure;

  private long failedAtNanos;

  OAuthTokens(Exchanges exchanges, CmfOAuth settings, Duration timeout, LongSupplier nanoTime) {
    this.exchanges = exchanges;
    this.settings = settings;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  private record Token(Proof proof, String value, long renewAtNanos, long endsAtNanos) {
    Token renewedAt(long nanos) {
      return new Token(proof, value, nanos, endsAtNanos);
    }

    @Override
    public String toString() {
      return "Token";
    }
  }

  @Override
  public Proof prove() {
    return current(t -> false).proof();
  }

  @Override
  public @Nullable Proof another(Proof refused) {
    return current(t -> t.proof().equals(refused)).proof();
  }

  @Override
  public void applyTo(FlinkRestClient.Builder builder) {
    builder.bearerToken(
        () -> current(t -> false).value(),
        refused -> current(t -> t.value().equals(refused)).value());
  }

  /** Gets the token in use; another one if it is about to end, or is the one refused. */
  private Token current(Predicate<Token> refused) {
    Token known = token;
    if (known != null && !refused.test(known) && isBefore(known.renewAtNanos())) {
      return known;
    }
    long begun = nanoTime.getAsLong();
    lock();
    try {
      known = token;
      boolean usable = known != null && !refused.test(known);
      if (known != null && usable && isBefore(known.renewAtNanos())) {
        return known;
      }
      Unproven why = failure;
      // Who waited for a fetch that failed shares its failure, or all would wait one by one.
      if (why == null || failedAtNanos - begun <= 0) {
        try {
          known = fetch();
          token = known;
          failure = null;
          return known;
        } catch (Unproven e) {
          if (Thread.currentThread().isInterrupted()) {
            throw e;
          }
          why = e;
          failure = e;
          failedAtNanos = nanoTime.getAsLong();
        }
      }
      if (known != null && usable && isBefore(known.endsAtNanos())) {
        logger.warn(
            "The token is used to its end, since it cannot be renewed: {}", why.getMessage());
        known = known.renewedAt(nanoTime.getAsLong() + TimeUnit.SECONDS.toNanos(SECONDS_BETWEEN));
        token = known;
        return known;
      }
      throw new Unproven(String.valueOf(why.getMessage()), why.retryable());
    } finally {
      lock.unlock();
    }
  }

  private void lock() {
    try {
      if (!lock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new Unproven(
            "the token endpoint " + settings.tokenEndpoint() + " gave no token within " + timeout,
            true);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unproven("the thread was interrupted while it waited for a token", false);
    }
  }

  private boolean isBefore(long nanos) {
    return nanos - nanoTime.getAsLong() > 0;
  }

  private Token fetch() {
    String secret = Secrets.ask(settings.clientSecret(), "client secret");
    List<String> hidden = new ArrayList<>(List.of(secret, encode(secret)));
    StringBuilder form = new StringBuilder("grant_type=client_credentials");
    Request.Builder request =
        new Request.Builder()
            .url(settings.tokenEndpoint().toString())
            .header("Accept", "application/json");
    if (settings.secretInBody()) {
      form.append("&client_id=").append(encode(settings.clientId()));
      form.append("&client_secret=").append(encode(secret));
    } else {
      // RFC 6749, 2.3.1: both are form-encoded before.
      String pair = Secrets.basic(encode(settings.clientId()), encode(secret));
      hidden.add(pair);
      request.header("Authorization", "Basic " + pair);
    }
    settings
        .parameters()
        .forEach((k, v) -> form.append('&').append(encode(k)).append('=').append(encode(v)));
    Call call = exchanges.newCall(request.post(OneShotBody.form(form.toString())).build());
    call.timeout().timeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    HttpCalls.Reply reply;
    try {
      reply = exchanges.exchange(call, HttpCalls::read);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Unproven("the thread was interrupted while it waited for a token", false);
    } catch (IOException e) {
      throw new Unproven(
          "the token endpoint "
              + settings.tokenEndpoint()
              + " gave no answer: "
              + HttpCalls.describe(e),
          !Exchanges.isTlsRefusal(e));
    }
    return read(reply, hidden);
  }

  private Token read(HttpCalls.Reply reply, List<String> hidden) {
    int status = reply.status();
    if (status < 200 || status >= 300) {
      String why = ErrorBody.parse(reply.text(), hidden).summary();
      throw new Unproven(
          "the token endpoint "
              + settings.tokenEndpoint()
              + " answered "
              + status
              + ": "
              + why
              + ". Check client id '"
              + settings.clientId()
              + "', its secret and scope",
          status == 429 || status >= 500);
    }
    // Of a bad answer nothing is shown: it may hold a token.
    Map<String, @Nullable Object> json;
    try {
      json = Trees.parse(reply.text());
    } catch (IllegalArgumentException e) {
      throw new Unproven(
          "the token endpoint " + settings.tokenEndpoint() + " answered no JSON", false);
    }
    String value = Trees.textOr("", json, "access_token");
    if (value.isBlank()) {
      throw new Unproven(
          "the answer of the token endpoint " + settings.tokenEndpoint() + " has no access_token",
          false);
    }
    long seconds = Trees.number(json, "expires_in").orElse(SECONDS_UNSAID);
    long early = Math.min(SECONDS_BEFORE_END, seconds / 5);
    long now = nanoTime.getAsLong();
    return new Token(
        Auth.bearerProof(value),
        value.strip(),
        now + TimeUnit.SECONDS.toNanos(Math.max(1, seconds - early)),
        now + TimeUnit.SECONDS.toNanos(Math.max(1, seconds)));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
