package dev.flinkplatform.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the backend, or Flink behind it, could not be asked.
 *
 * <p>Retryable: nothing is known about the state, it may be as good as ever.
 */
public final class BackendUnavailableException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what went wrong, what was seen and what to do
   * @param resource what it is about
   * @param cause the cause, or null
   */
  public BackendUnavailableException(
      String message, ResourceRef resource, @Nullable Throwable cause) {
    super(message, resource, true, cause);
  }
}
