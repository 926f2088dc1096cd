package dev.flinkplatform.event;

/** What {@code FlinkPlatform.subscribe} gives: closed, it ends. Thread-safe. */
public interface Subscription extends AutoCloseable {

  /**
   * Returns how many events were dropped because the listener was too slow.
   *
   * @return how many, since it was subscribed
   */
  long dropped();

  /**
   * Ends it: after this the listener is not called again, except for a call that runs at this
   * moment. Does not block, so a listener may call it. Idempotent.
   */
  @Override
  void close();
}
