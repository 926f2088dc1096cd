package dev.flinkplatform.error;

/**
 * Thrown when no operation of that id is journalled.
 *
 * <p>Not retryable. The journal keeps a bounded number of ended operations per application.
 */
public final class OperationNotFoundException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param operationId the id that was looked for
   * @param resource where it was looked for
   */
  public OperationNotFoundException(String operationId, ResourceRef resource) {
    super(
        "No operation '"
            + operationId
            + "' is journalled here. Check the id and the platform's scope; ended operations are kept only for a while",
        resource,
        false,
        null);
  }
}
