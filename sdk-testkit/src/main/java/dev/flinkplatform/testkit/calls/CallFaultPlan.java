package dev.flinkplatform.testkit.calls;

/** Decides what is done to each call of a backend. Thread-safe. */
@FunctionalInterface
public interface CallFaultPlan {

  /**
   * Decides about the next call. Does not block.
   *
   * @param call its name: that of the method, for example {@code launch}; {@code records.write} and
   *     so on for the documents, {@code flink.triggerSavepoint} and so on for Flink itself
   * @param duplicable whether it may be made twice
   * @return what is done to it
   */
  CallFault next(String call, boolean duplicable);
}
