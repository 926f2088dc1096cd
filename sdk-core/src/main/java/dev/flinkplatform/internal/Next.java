package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.OperationState;
import java.time.Duration;
import java.util.Optional;

/** What comes after a step: another step, the same again after a pause, or the end. */
sealed interface Next {

  /** The step is done; go on with another. */
  record To(Step step, String message) implements Next {}

  /** The step is not done; do it again after a pause. */
  record Again(Duration pause, String reason) implements Next {}

  /** The operation ends. */
  record End(OperationState state, Optional<Failure> failure) implements Next {}

  static Next to(Step step, String message) {
    return new To(step, message);
  }

  static Next again(String reason) {
    return new Again(Duration.ofMillis(100), reason);
  }

  static Next success() {
    return new End(OperationState.SUCCEEDED, Optional.empty());
  }

  static Next rejected(Failure failure) {
    return new End(OperationState.REJECTED, Optional.of(failure));
  }

  static Next failed(Failure failure) {
    return new End(OperationState.FAILED, Optional.of(failure));
  }
}
