package dev.flinkplatform;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A change that the backend accepted and that goes on by itself.
 *
 * <p>It is journalled where the backend lives. It ends when this very change was observed, not when
 * it was sent. If the process that runs it dies, {@link FlinkPlatform#operation(String)} in another
 * process goes on where it stopped. Thread-safe.
 *
 * @param <T> what it gives when it succeeds
 */
public interface Operation<T> {

  /**
   * Returns the id, with which it is found again in any process.
   *
   * @return {@code <application>.<verb>.<random>}
   */
  String id();

  /**
   * Returns what is known of it. Blocks for a look into the journal.
   *
   * @return its status
   * @throws dev.flinkplatform.error.BackendUnavailableException if the journal cannot be read
   */
  OperationStatus status();

  /**
   * Waits for its end, and until every listener of its progress has heard of it. Blocks. A timeout
   * ends the wait, not the operation.
   *
   * @param timeout how long to wait at the most; more than zero
   * @return what it gives
   * @throws dev.flinkplatform.error.OperationFailedException if it ended without success
   * @throws dev.flinkplatform.error.WaitTimeoutException if it has not ended in time; it goes on
   * @throws dev.flinkplatform.error.WaitInterruptedException if the thread is interrupted; it goes
   *     on
   * @throws dev.flinkplatform.error.PlatformClosedException if the platform is closed meanwhile; it
   *     is journalled
   */
  T await(Duration timeout);

  /**
   * Returns a future of its end. Does not block.
   *
   * @return a future that completes on a thread of the platform, exceptionally with what {@link
   *     #await} would throw itself; cancelling it does not touch the operation
   */
  CompletableFuture<T> toFuture();

  /**
   * Calls a listener for everything that has happened and will happen, in order. Does not block.
   *
   * @param listener is called on a thread of the platform, and must not wait for an operation
   *     there; what it throws is logged and otherwise ignored
   * @return this operation
   */
  Operation<T> onProgress(Consumer<? super Progress> listener);
}
