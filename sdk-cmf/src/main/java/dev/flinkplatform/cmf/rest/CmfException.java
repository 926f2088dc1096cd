package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.spi.rest.HttpRefusal;
import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call to CMF failed.
 *
 * <p>The message says what was asked, which status was seen, what CMF said, and what to do. It
 * holds no credentials and no values of secrets. Subclasses exist where callers go different ways:
 *
 * <ul>
 *   <li>{@link CmfNotFoundException}: CMF does not know the thing (404)
 *   <li>{@link CmfConflictException}: it is there already, or in use (409)
 *   <li>{@link CmfGoneException}: it was there, and cannot be read again (410)
 *   <li>{@link CmfInvalidException}: CMF refuses what was sent (400, 422)
 *   <li>{@link CmfUnauthorizedException}: who asks is not known, or may not (401, 403)
 *   <li>{@link CmfUnavailableException}: no answer, or try again later
 *   <li>{@link CmfUnsupportedException}: not with this version of CMF; nothing was sent
 *   <li>{@link CmfInterruptedException}: the waiting thread was interrupted
 * </ul>
 */
public class CmfException extends RuntimeException implements HttpRefusal {

  @Serial private static final long serialVersionUID = 1L;

  /** The HTTP status; 0 without an answer. */
  private final int httpStatus;

  /** The HTTP method. */
  private final String method;

  /** The path below the base address. */
  private final String path;

  /** What CMF said; a type that can be serialized. */
  private final String[] messages;

  /** The start of the answer's body. */
  private final String bodyExcerpt;

  /** Whether the same call may succeed later. */
  private final boolean retryable;

  /** Whether CMF may have done what was asked. */
  private final boolean mayHaveArrived;

  /** Whether the answer has the form of CMF's errors. */
  private final boolean fromCmf;

  CmfException(Details details, @Nullable Throwable cause) {
    super(details.message(), cause);
    this.httpStatus = details.httpStatus();
    this.method = details.method();
    this.path = details.path();
    this.messages = details.messages().toArray(new String[0]);
    this.bodyExcerpt = details.bodyExcerpt();
    this.retryable = details.retryable();
    this.mayHaveArrived = details.mayHaveArrived();
    this.fromCmf = details.fromCmf();
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
   * @return for example {@code POST}
   */
  public String method() {
    return method;
  }

  /**
   * Returns the path of the request, below the base address of the client.
   *
   * @return for example {@code /cmf/api/v1/environments/prod/applications}, without query
   */
  public String path() {
    return path;
  }

  /**
   * Returns what CMF said went wrong: all messages of its error, or one line made of another
   * answer.
   *
   * @return at least one line; unmodifiable
   */
  public List<String> messages() {
    return List.of(messages);
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
   * Tells whether the same call may succeed later. Before repeating one that changes something, see
   * {@link #mayHaveArrived()}.
   *
   * @return true for failures to connect, time-outs, 429, 502, 503, 504, and a statement whose
   *     shared compute pool does not run yet
   */
  public boolean retryable() {
    return retryable;
  }

  /**
   * Tells whether CMF may have got the request although it failed, and may have done what was
   * asked.
   *
   * @return true if the answer was lost on the way; look before you repeat
   */
  public boolean mayHaveArrived() {
    return mayHaveArrived;
  }

  /**
   * Tells whether the answer has the form of CMF's errors, so that CMF itself answered.
   *
   * @return false for plain text and empty answers, which may be a proxy's, and without an answer
   */
  public boolean isFromCmf() {
    return fromCmf;
  }

  /** What an exception is made of. */
  record Details(
      String message,
      int httpStatus,
      String method,
      String path,
      List<String> messages,
      String bodyExcerpt,
      boolean retryable,
      boolean mayHaveArrived,
      boolean fromCmf) {}
}
