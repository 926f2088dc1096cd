package dev.flinkplatform.spi.rest;

/**
 * Why something failed on the server, taken from a Java stack trace.
 *
 * @param className the class of the outermost exception; empty if not said
 * @param rootCause the first line of the stack trace's last 'Caused by', that is class and message;
 *     never empty
 * @param stackTrace the whole stack trace; may be long
 */
public record FailureCause(String className, String rootCause, String stackTrace) {

  /**
   * Returns the causes in one line.
   *
   * @return class and root cause, without the stack trace
   */
  @Override
  public String toString() {
    return "FailureCause[className=" + className + ", rootCause=" + rootCause + "]";
  }
}
