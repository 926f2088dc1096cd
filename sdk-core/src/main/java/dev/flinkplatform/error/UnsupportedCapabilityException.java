package dev.flinkplatform.error;

import dev.flinkplatform.Capability;

/**
 * Thrown before any side effect when a backend cannot do what was asked.
 *
 * <p>Not retryable. See {@code FlinkPlatform.capabilities()}.
 */
public final class UnsupportedCapabilityException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  /** What {@link #capability()} returns. */
  private final Capability capability;

  /**
   * Makes the exception.
   *
   * @param capability what is missing
   * @param message why, and what to do instead
   * @param resource what it is about
   */
  public UnsupportedCapabilityException(
      Capability capability, String message, ResourceRef resource) {
    super("Capability " + capability + " is not there: " + message, resource, false, null);
    this.capability = capability;
  }

  /**
   * Returns what is missing.
   *
   * @return the capability
   */
  public Capability capability() {
    return capability;
  }
}
