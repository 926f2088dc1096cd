package dev.flinkplatform.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.error.PlatformClosedException;
import dev.flinkplatform.error.WaitTimeoutException;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.testkit.calls.CallFaults;
import dev.flinkplatform.testkit.calls.FaultyBackend;
import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One operation under one schedule of faults, and in a third of all with a killed process. */
abstract class FaultyRun {

  static final Duration DEADLINE = Duration.ofMinutes(2);
  static final Duration LONG = Duration.ofHours(2);
  private static final int MOST_TRIES = 200;

  final InMemoryPlatform place;
  final FlinkPlatform calm;
  private final CallFaults schedule;
  private @Nullable FlinkPlatform faulty;

  /** Before which step its process is killed; 0: before none. */
  private int kill;

  private boolean wasKilled;
  private String killed = "its process was not killed";

  FaultyRun(long seed, CallFaults schedule) {
    this.schedule = schedule;
    this.place = InMemoryPlatform.builder().seed(seed).build();
    this.calm = place.connect();
    this.kill = seed % 3 == 0 ? 1 + new Random(seed).nextInt(12) : 0;
  }

  abstract void run();

  /** Asks for the operation, always with the same idempotency key. */
  abstract Operation<?> ask(FlinkPlatform platform);

  /** What must hold of the result of a success. */
  abstract void assertResult(Object result);

  /** Runs it, and tells with a failure how to see it again. */
  final void runOrTell(Object scenario, long seed) {
    try {
      run();
      assertThat(place.violations()).isEmpty();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          scenario
              + " failed; again with -Dflinkplatform.faults.seed="
              + seed
              + "\n"
              + schedule
              + "\n"
              + killed
              + "\n"
              + journal(),
          e);
    }
  }

  private String journal() {
    StringBuilder text = new StringBuilder("operations:");
    for (OperationStatus o : calm.operations()) {
      text.append("\n").append(o);
      o.progress().forEach(p -> text.append("\n    ").append(p));
    }
    return text.toString();
  }

  /** Lets a process that is disturbed do it, and tells how it ended. */
  final OperationStatus underFaults() {
    faulty = connect();
    OperationStatus ended = end(accepted());
    assertThat(calm.operations().stream().filter(o -> !o.state().hasEnded())).isEmpty();
    return ended;
  }

  private FlinkPlatform connect() {
    StepListener steps =
        (operation, verb, step, moment) -> {
          if (kill > 0 && --kill == 0 && faulty != null) {
            wasKilled = true;
            killed = "its process was killed " + moment + " " + step;
            place.kill(faulty);
          }
        };
    return place.connect(backend -> FaultyBackend.around(backend, schedule, place.timing()), steps);
  }

  /** Asks until it is accepted, as somebody would who must be sure. */
  private Operation<?> accepted() {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      try {
        return ask(requireFaulty());
      } catch (BackendUnavailableException e) {
        place.advance(Duration.ofMillis(100));
      }
    }
    throw new AssertionError("not accepted after " + MOST_TRIES + " tries");
  }

  private FlinkPlatform requireFaulty() {
    if (faulty == null) {
      throw new IllegalStateException("not connected");
    }
    return faulty;
  }

  /** How it ends; if its process was killed, another one goes on with it, under faults too. */
  private OperationStatus end(Operation<?> operation) {
    Operation<?> now = operation;
    while (true) {
      try {
        Object result = now.await(LONG);
        OperationStatus status = calm.operation(operation.id()).status();
        assertThat(status.state()).as("%s", status).isEqualTo(OperationState.SUCCEEDED);
        assertResult(result);
        return status;
      } catch (OperationFailedException e) {
        OperationStatus status = calm.operation(operation.id()).status();
        assertThat(status).isEqualTo(e.status());
        return status;
      } catch (WaitTimeoutException | BackendRejectedException | PlatformClosedException e) {
        if (!wasKilled || now != operation) {
          throw new AssertionError("it never ends", e);
        }
        faulty = connect();
        now = found(operation.id());
      }
    }
  }

  private Operation<?> found(String operation) {
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      try {
        return requireFaulty().operation(operation);
      } catch (BackendUnavailableException e) {
        place.advance(Duration.ofMillis(100));
      }
    }
    throw new AssertionError("not found after " + MOST_TRIES + " tries");
  }
}
