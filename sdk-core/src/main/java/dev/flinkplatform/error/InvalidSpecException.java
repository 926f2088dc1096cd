package dev.flinkplatform.error;

import dev.flinkplatform.spec.Violation;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Thrown when a specification or an option cannot be right; it names every violation at once.
 *
 * <p>Not retryable. Nothing was changed.
 */
public final class InvalidSpecException extends FlinkPlatformException {

  private static final long serialVersionUID = 1L;

  private final transient List<Violation> violations;

  /**
   * Makes the exception.
   *
   * @param what what is invalid, for example {@code "ApplicationSpec"}
   * @param violations every violation found, at least one
   * @param resource what it is about
   */
  public InvalidSpecException(String what, List<Violation> violations, ResourceRef resource) {
    super(message(what, violations), resource, false, null);
    this.violations = List.copyOf(violations);
  }

  /**
   * Returns every violation found.
   *
   * @return at least one; unmodifiable
   */
  public List<Violation> violations() {
    return violations;
  }

  private static String message(String what, List<Violation> violations) {
    return what
        + " is invalid, "
        + (violations.size() == 1 ? "1 violation: " : violations.size() + " violations: ")
        + violations.stream().map(Violation::toString).collect(Collectors.joining("; "));
  }
}
