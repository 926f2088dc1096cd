package dev.flinkplatform.spi;

import dev.flinkplatform.Failure;
import org.jspecify.annotations.Nullable;

/**
 * What a backend throws, and the only thing it throws; core adds backend, scope and name and gives
 * it to the user.
 */
public final class BackendFault extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What {@link #retryable()} returns. */
  private final boolean retryable;

  /** What {@link #failure()} returns. */
  private final Failure failure;

  private BackendFault(Failure failure, boolean retryable, @Nullable Throwable cause) {
    super(failure.message(), cause);
    this.failure = failure;
    this.retryable = retryable;
  }

  /**
   * Makes a fault of something that could not be reached: nothing is known, trying again may help.
   *
   * @param message what was tried and what was seen
   * @param cause the cause, or null
   * @return the fault
   */
  public static BackendFault unavailable(String message, @Nullable Throwable cause) {
    return new BackendFault(Failure.of(Failure.Kind.OTHER, message), true, cause);
  }

  /**
   * Makes a fault of something that was refused or cannot work: trying again does not help.
   *
   * @param failure what sort of failure, and why
   * @param cause the cause, or null
   * @return the fault
   */
  public static BackendFault permanent(Failure failure, @Nullable Throwable cause) {
    return new BackendFault(failure, false, cause);
  }

  /**
   * Tells whether trying again may help.
   *
   * @return true if the backend could not be reached
   */
  public boolean retryable() {
    return retryable;
  }

  /**
   * Returns what went wrong.
   *
   * @return kind and message
   */
  public Failure failure() {
    return failure;
  }
}
