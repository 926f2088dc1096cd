package dev.flinkplatform.spi.rest;

import java.io.Serial;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A call to Flink's REST API failed.
 *
 * <p>The message says what was asked, which status was seen, the cause Flink gave, and what to do.
 * It holds no credentials. Subclasses exist where callers go different ways:
 *
 * <ul>
 *   <li>{@link FlinkRestNotFoundException}: Flink does not know the thing
 *   <li>{@link FlinkRestUnavailableException}: try again later
 *   <li>{@link FlinkRestDuplicateException}: the job id is taken
 *   <li>{@link FlinkRestUnsupportedException}: not with this version of Flink
 *   <li>{@link FlinkRestInterruptedException}: the waiting thread was interrupted
 * </ul>
 */
public class FlinkRestException extends RuntimeException implements HttpRefusal {

  @Serial private static final long serialVersionUID = 1L;

  /** The HTTP status; 0 without an answer. */
  private final int httpStatus;

  /** The HTTP method. */
  private final String method;

  /** The path below the base address. */
  private final String path;

  /** What went wrong, in one line. */
  private final String summary;

  /** The start of the answer's body. */
  private final String bodyExcerpt;

  /** Whether the same call may succeed later. */
  private final boolean retryable;

  /** Whether Flink itself answered. */
  private final boolean fromFlink;

  FlinkRestException(Details details, @Nullable Throwable cause) {
    super(details.message(), cause);
    this.httpStatus = details.httpStatus();
    this.method = details.method();
    this.path = details.path();
    this.summary = details.summary();
    this.bodyExcerpt = details.bodyExcerpt();
    this.retryable = details.retryable();
    this.fromFlink = details.fromFlink();
  }

  /**
   * Returns the HTTP status of the answer.
   *
   * @return the status; 0 if there was no answer, or nothing was sent
   */
  @Override
  public int httpStatus() {
    return httpStatus;
  }

  /**
   * Returns the HTTP method.
   *
   * @return for example {@code GET}
   */
  public String method() {
    return method;
  }

  /**
   * Returns the path of the request, below the base address of the client.
   *
   * @return for example {@code /jobs/0123…/savepoints}, without query
   */
  public String path() {
    return path;
  }

  /**
   * Returns what went wrong in one line: what Flink said first, and the last 'Caused by' of the
   * stack trace it sent.
   *
   * @return the line; never empty
   */
  public String summary() {
    return summary;
  }

  /**
   * Returns the start of the answer's body.
   *
   * @return at most 4,000 characters; empty if there was none
   */
  public String bodyExcerpt() {
    return bodyExcerpt;
  }

  /**
   * Tells whether the same call may succeed later.
   *
   * @return true for failures to connect, time-outs, 429, 502, 503 and 504
   */
  public boolean retryable() {
    return retryable;
  }

  /** Tells whether Flink itself answered, and no proxy before it. */
  final boolean isFromFlink() {
    return fromFlink;
  }

  /** Tells whether the part of the answer's body that is kept names something. */
  final boolean bodyHas(String text) {
    return bodyExcerpt.contains(text) || summary.contains(text);
  }

  /** What an exception is made of. */
  record Details(
      String message,
      int httpStatus,
      String method,
      String path,
      String summary,
      String bodyExcerpt,
      boolean retryable,
      boolean fromFlink) {

    Details {
      Objects.requireNonNull(message, "message");
    }
  }
}
