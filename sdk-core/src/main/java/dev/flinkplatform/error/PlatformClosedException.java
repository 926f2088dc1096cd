package dev.flinkplatform.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a platform is used after it was closed.
 *
 * <p>Not retryable on this platform: connect again. Operations that ran when it was closed are
 * journalled and go on from another platform.
 */
public final class PlatformClosedException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what went wrong, what was seen and what to do
   * @param resource what it is about
   * @param cause the cause, or null
   */
  public PlatformClosedException(String message, ResourceRef resource, @Nullable Throwable cause) {
    super(message, resource, false, cause);
  }
}
