package dev.flinkplatform.error;

import dev.flinkplatform.OperationStatus;

/**
 * Thrown by {@code Operation.await} when the operation ended without success.
 *
 * <p>Not retryable as it stands. {@link #status()} tells the outcome, the cause from Flink, whether
 * the work was rolled back, and in which state the application was left.
 */
public final class OperationFailedException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  private final transient OperationStatus status;

  /**
   * Makes the exception.
   *
   * @param status the operation's final status
   * @param resource what it is about
   */
  public OperationFailedException(OperationStatus status, ResourceRef resource) {
    super(message(status), resource, false, null);
    this.status = status;
  }

  /**
   * Returns the operation's final status.
   *
   * @return outcome, cause, progress, and the application's state
   */
  public OperationStatus status() {
    return status;
  }

  private static String message(OperationStatus status) {
    return status.verb()
        + " "
        + status.state()
        + (status.rolledBack() ? " and was rolled back" : "")
        + ": "
        + status.failure().map(Object::toString).orElse("no cause is known")
        + ". The application is "
        + status.applicationState()
        + ". Operation "
        + status.id();
  }
}
