package dev.flinkplatform.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of everything the SDK throws, except {@link IllegalArgumentException} and {@link
 * NullPointerException} for misuse of a single argument.
 *
 * <p>Unchecked. Says what went wrong, with which resource, what was seen, and what to do. Never
 * holds a secret.
 */
public abstract class FlinkPlatformException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What {@link #resource()} returns. */
  private final ResourceRef resource;

  /** What {@link #retryable()} returns. */
  private final boolean retryable;

  /**
   * Makes an exception about a resource.
   *
   * @param message what went wrong, what was seen and what to do; the resource is appended
   * @param resource what it is about
   * @param retryable whether the same call may succeed later without a change
   * @param cause the cause, or null
   */
  protected FlinkPlatformException(
      String message, ResourceRef resource, boolean retryable, @Nullable Throwable cause) {
    super(message + " (" + resource + ")", cause);
    this.resource = resource;
    this.retryable = retryable;
  }

  /**
   * Returns what the exception is about.
   *
   * @return backend, scope and name
   */
  public final ResourceRef resource() {
    return resource;
  }

  /**
   * Tells whether the same call may succeed later although the caller changes nothing.
   *
   * @return true for passing trouble such as an unreachable backend
   */
  public final boolean retryable() {
    return retryable;
  }
}
