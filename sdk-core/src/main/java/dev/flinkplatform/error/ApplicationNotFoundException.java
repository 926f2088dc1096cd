package dev.flinkplatform.error;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when there is no application of that name.
 *
 * <p>Not retryable. Deploy it first, or look at {@code FlinkPlatform.applications()} for the names
 * there are.
 */
public final class ApplicationNotFoundException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what went wrong, what was seen and what to do
   * @param resource what it is about
   * @param cause the cause, or null
   */
  public ApplicationNotFoundException(
      String message, ResourceRef resource, @Nullable Throwable cause) {
    super(message, resource, false, cause);
  }
}
