package dev.flinkplatform.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the backend understood the request and declined it; nothing was changed.
 *
 * <p>Not retryable without a change.
 */
public final class BackendRejectedException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /** What {@link #status()} returns. */
  private final int status;

  /**
   * Makes the exception.
   *
   * @param message what was declined, why, and what to do
   * @param resource what it is about
   * @param status the HTTP status the backend answered with, or 0 if there was none
   * @param cause the cause, or null
   */
  public BackendRejectedException(
      String message, ResourceRef resource, int status, @Nullable Throwable cause) {
    super(message, resource, false, cause);
    this.status = status;
  }

  /**
   * Returns the HTTP status the backend answered with.
   *
   * @return the status, or 0 if the refusal did not come by HTTP
   */
  public int status() {
    return status;
  }
}
