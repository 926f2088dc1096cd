package dev.flinkplatform.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a thread is interrupted while it waits; the thread's interrupt flag is set again.
 *
 * <p>What was waited for goes on.
 */
public final class WaitInterruptedException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what went wrong, what was seen and what to do
   * @param resource what it is about
   * @param cause the cause, or null
   */
  public WaitInterruptedException(String message, ResourceRef resource, @Nullable Throwable cause) {
    super(message, resource, true, cause);
  }
}
