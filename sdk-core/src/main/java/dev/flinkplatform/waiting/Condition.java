package dev.flinkplatform.waiting;

import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import java.util.Objects;
import java.util.function.Function;

/**
 * A named, three-valued condition on something that was observed.
 *
 * <p>Implementations are stateless and thread-safe.
 *
 * @param <S> what is looked at, for example {@link ApplicationStatus}
 */
public interface Condition<S> {

  /**
   * Returns the name, as it stands in a timeout's message.
   *
   * @return for example {@code running}
   */
  String name();

  /**
   * Judges one look. Does not block.
   *
   * @param observed what was seen
   * @return met, not yet with a reason, or never with a reason
   */
  Verdict check(S observed);

  /**
   * Returns a condition of a name and a function.
   *
   * @param <S> what is looked at
   * @param name the name, as it stands in a timeout's message
   * @param check judges one look; does not block
   * @return the condition
   */
  static <S> Condition<S> of(String name, Function<? super S, Verdict> check) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(check, "check");
    return new Condition<>() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Verdict check(S observed) {
        return check.apply(observed);
      }

      @Override
      public String toString() {
        return name;
      }
    };
  }

  /**
   * Is met when every vertex of the job runs; never when the application ended, is absent or
   * suspended.
   *
   * @return the condition
   */
  static Condition<ApplicationStatus> running() {
    return of(
        "running",
        s ->
            switch (s.state()) {
              case RUNNING -> Verdict.met();
              case FINISHED, FAILED, CANCELED, ABSENT, SUSPENDED, DELETING ->
                  Verdict.never(describe(s));
              default -> Verdict.notYet(describe(s));
            });
  }

  /**
   * Is met when the job came to its end by itself; never when it failed, was canceled, is absent or
   * suspended.
   *
   * @return the condition
   */
  static Condition<ApplicationStatus> finished() {
    return of(
        "finished",
        s ->
            switch (s.state()) {
              case FINISHED -> Verdict.met();
              case FAILED, CANCELED, ABSENT, SUSPENDED, DELETING -> Verdict.never(describe(s));
              default -> Verdict.notYet(describe(s));
            });
  }

  /**
   * Is met when the application is in a state; it does not know a never.
   *
   * @param state the state
   * @return the condition
   */
  static Condition<ApplicationStatus> inState(ApplicationState state) {
    return of(
        "in state " + state, s -> s.state() == state ? Verdict.met() : Verdict.notYet(describe(s)));
  }

  /**
   * Is met when the job runs with a parallelism; never when the application ended, is absent or
   * suspended.
   *
   * @param parallelism the parallelism, 1 or more
   * @return the condition
   */
  static Condition<ApplicationStatus> runningAt(int parallelism) {
    Condition<ApplicationStatus> running = running();
    return of(
        "running at parallelism " + parallelism,
        s -> {
          Verdict verdict = running.check(s);
          return verdict.kind() != Verdict.Kind.MET || s.parallelism() == parallelism
              ? verdict
              : Verdict.notYet("running at parallelism " + s.parallelism());
        });
  }

  /**
   * Is met when the present run of the job has completed a number of checkpoints; never when it
   * ended.
   *
   * @param count how many, 1 or more
   * @return the condition
   */
  static Condition<ApplicationStatus> checkpointsCompleted(long count) {
    return of(
        count + " completed checkpoints",
        s ->
            s.completedCheckpoints() >= count
                ? Verdict.met()
                : s.state().isTerminal() || s.state() == ApplicationState.ABSENT
                    ? Verdict.never(describe(s))
                    : Verdict.notYet(s.completedCheckpoints() + " completed, " + describe(s)));
  }

  private static String describe(ApplicationStatus s) {
    return s.state()
        + (s.reason().isEmpty() ? "" : ": " + s.reason())
        + (s.backendState().isEmpty() ? "" : " [" + s.backendState() + "]");
  }
}
