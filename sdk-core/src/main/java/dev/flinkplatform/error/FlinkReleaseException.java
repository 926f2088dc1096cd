package dev.flinkplatform.error;

import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when an official release of Flink could not be fetched.
 *
 * <p>Nothing half-written is ever used: the next call goes on where it can, and begins anew where
 * it cannot. Retryable for passing trouble with the server.
 */
public final class FlinkReleaseException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /** What {@link #reason()} returns. */
  private final Reason reason;

  /** What {@link #httpStatus()} returns, or 0. */
  private final int status;

  /**
   * Makes the exception.
   *
   * @param reason what kind of trouble it was
   * @param message what went wrong, what was seen and what to do
   * @param resource the cache directory it was to be written to
   * @param status the HTTP status, or 0 if there was none
   * @param cause the cause, or null
   */
  public FlinkReleaseException(
      Reason reason, String message, ResourceRef resource, int status, @Nullable Throwable cause) {
    super(
        message,
        resource,
        reason == Reason.UNREACHABLE || (reason == Reason.REFUSED && isPassing(status)),
        cause);
    this.reason = Objects.requireNonNull(reason, "reason");
    this.status = status;
  }

  private static boolean isPassing(int status) {
    return status >= 500 || status == 408 || status == 429;
  }

  /**
   * Returns what kind of trouble it was.
   *
   * @return the reason; more may come, so keep a default branch
   */
  public Reason reason() {
    return reason;
  }

  /**
   * Returns what the server answered.
   *
   * @return the HTTP status, or empty if it was no answer that made the trouble
   */
  public OptionalInt httpStatus() {
    return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /** Kinds of trouble. */
  public enum Reason {
    /** No server that was asked has this version. */
    NO_SUCH_VERSION,
    /** The server cannot be reached, or breaks off again and again. */
    UNREACHABLE,
    /** The server answered with another HTTP status than was hoped for. */
    REFUSED,
    /** What came is not what the checksum says, twice in a row. */
    CHECKSUM_MISMATCH,
    /** It is no archive of this release of Flink, or one that must not be unpacked. */
    BAD_ARCHIVE,
    /** The cache cannot be written: it is full, or not allowed. */
    DISK
  }
}
