package dev.flinkplatform.error;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when another operation holds the application, or somebody changed it in between.
 *
 * <p>Retryable, once {@link #operationId()} has ended. Nothing was changed.
 */
public final class ConflictException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /** What {@link #operationId()} returns. */
  private final @Nullable String operationId;

  /**
   * Makes the exception.
   *
   * @param message what went wrong, what was seen and what to do
   * @param resource what it is about
   * @param operationId the operation that holds the application, or null if none is known
   */
  public ConflictException(String message, ResourceRef resource, @Nullable String operationId) {
    super(message, resource, true, null);
    this.operationId = operationId;
  }

  /**
   * Returns the operation that holds the application.
   *
   * @return its id, for {@code FlinkPlatform.operation(id)}, or empty if the conflict is with
   *     something else
   */
  public Optional<String> operationId() {
    return Optional.ofNullable(operationId);
  }
}
