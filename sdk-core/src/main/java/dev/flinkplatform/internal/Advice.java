package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;

/** What to do about a failure, by its kind. */
final class Advice {

  private Advice() {}

  static String of(Failure.Kind kind) {
    return switch (kind) {
      case CLASS_NOT_FOUND ->
          "Put the class into the job's jar, and compile it for the Flink version that runs it";
      case JAR_UNREADABLE -> "Name a jar that is there and can be read";
      case STATE_UNREADABLE -> "Start from another savepoint or checkpoint: savepoints()";
      case STATE_DOES_NOT_FIT ->
          "Give operators the uids they had, or restore with allowNonRestoredState";
      case NO_RESOURCES -> "Ask for more TaskManagers or slots, or for less parallelism";
      case INVALID_CONFIGURATION -> "Correct the configuration";
      case PORT_TAKEN -> "Leave the port out of the configuration to get a free one";
      case PROCESS_DIED -> "Look into the log, and for the kernel's out-of-memory killer";
      default -> "See the stack trace; exceptions() and logs() have it all";
    };
  }
}
