package dev.flinkplatform.internal.http;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.function.Predicate;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * How one client reaches its server.
 *
 * @param base the server's address; paths are added to it
 * @param http sends; shares threads with all others
 * @param ownPool whether its connections are its own
 * @param tls its TLS settings; null for those of the JVM
 * @param verifyHostname whether the server's certificate must name the host
 * @param attempts how often what may be repeated is tried, in all
 * @param firstPause the pause before the second attempt; each is twice the one before, half random
 * @param longestPause the longest pause
 */
public record Connection(
    HttpUrl base,
    OkHttpClient http,
    boolean ownPool,
    @Nullable Tls tls,
    boolean verifyHostname,
    int attempts,
    Duration firstPause,
    Duration longestPause) {

  /**
   * Returns what repeats calls over this connection.
   *
   * @param server whose calls, for the log
   * @param repeatable which failures are worth it
   * @param logger told of each repeat, at debug
   * @return the policy
   */
  public Retry retry(String server, Predicate<Throwable> repeatable, Logger logger) {
    Retry retry =
        Retry.of(
            server,
            RetryConfig.custom()
                .maxAttempts(attempts)
                .intervalFunction(
                    IntervalFunction.ofExponentialRandomBackoff(firstPause, 2.0, 0.5, longestPause))
                .retryOnException(repeatable)
                .build());
    retry
        .getEventPublisher()
        .onRetry(
            e ->
                logger.debug(
                    "{} call failed, attempt={}, next in={}, cause={}",
                    server,
                    e.getNumberOfRetryAttempts(),
                    e.getWaitInterval(),
                    String.valueOf(e.getLastThrowable())));
    return retry;
  }

  /**
   * Returns the address of a path, as messages show it.
   *
   * @param path begins with a slash
   * @return the address, without query
   */
  public String address(String path) {
    String root = base.toString();
    return (root.endsWith("/") ? root.substring(0, root.length() - 1) : root) + path;
  }
}
