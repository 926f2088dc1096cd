package dev.flinkplatform.testkit.contract;

import dev.flinkplatform.spi.StepListener;
import java.util.Locale;

/** Where in an operation its process is killed: the first time it comes there. */
record CrashPoint(String step, Moment moment) {

  /** When in the step. */
  enum Moment {
    /** The step is journalled and not begun. */
    BEFORE,
    /** A moment after it began: the kill may come anywhere in the step, or even later. */
    DURING,
    /** The step's effect is there and not journalled. */
    AFTER;

    boolean isAt(StepListener.Moment moment) {
      return (this == AFTER) == (moment == StepListener.Moment.AFTER);
    }
  }

  static CrashPoint before(String step) {
    return new CrashPoint(step, Moment.BEFORE);
  }

  static CrashPoint during(String step) {
    return new CrashPoint(step, Moment.DURING);
  }

  static CrashPoint after(String step) {
    return new CrashPoint(step, Moment.AFTER);
  }

  static CrashPoint parse(String text) {
    int at = text.indexOf('@');
    return new CrashPoint(
        text.substring(at + 1), Moment.valueOf(text.substring(0, at).toUpperCase(Locale.ROOT)));
  }

  boolean isUndo() {
    return step.startsWith("UNDO_");
  }

  boolean isAwait() {
    return step.startsWith("AWAIT_") || step.equals("UNDO_AWAIT");
  }

  @Override
  public String toString() {
    return moment.name().toLowerCase(Locale.ROOT) + "@" + step;
  }
}
