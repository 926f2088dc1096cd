package dev.flinkplatform.internal.http;

import java.io.Serial;

/** There is nothing to prove with who asks. The message shows no secret. */
public final class Unproven extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Whether a later try may do. */
  private final boolean retryable;

  /**
   * Tells why.
   *
   * @param message the reason, without secrets
   * @param retryable whether a later try may do
   */
  public Unproven(String message, boolean retryable) {
    super(message);
    this.retryable = retryable;
  }

  /** Whether a later try may do. */
  public boolean retryable() {
    return retryable;
  }
}
