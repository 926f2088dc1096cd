package dev.flinkplatform.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when {@code deploy} finds an application of that name.
 *
 * <p>Not retryable. Use {@code apply} to converge an existing application, or delete it first.
 */
public final class ApplicationExistsException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what went wrong, what was seen and what to do
   * @param resource what it is about
   * @param cause the cause, or null
   */
  public ApplicationExistsException(
      String message, ResourceRef resource, @Nullable Throwable cause) {
    super(message, resource, false, cause);
  }
}
