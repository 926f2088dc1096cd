package dev.flinkplatform.spi;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.internal.CorePlatform;
import java.util.Set;

/** Where a backend's own entry class gets its {@link FlinkPlatform}. */
public final class Platforms {

  private Platforms() {}

  /**
   * Makes a platform of a backend; closing the platform closes the backend.
   *
   * @param backend the backend
   * @return the platform
   */
  public static FlinkPlatform of(PlatformBackend backend) {
    return of(backend, (operation, verb, step, moment) -> {});
  }

  /**
   * Makes a platform of a backend, with a listener of its steps; closing the platform closes the
   * backend.
   *
   * @param backend the backend
   * @param steps hears of every journalled step
   * @return the platform
   */
  public static FlinkPlatform of(PlatformBackend backend, StepListener steps) {
    return of(backend, steps, Supervision.defaults());
  }

  /**
   * Makes a platform of a backend, with a listener of its steps and a policy for processes that
   * die; closing the platform closes the backend.
   *
   * @param backend the backend
   * @param steps hears of every journalled step
   * @param supervision what to do about processes that die, if {@link
   *     PlatformBackend#needsSupervision}
   * @return the platform
   */
  public static FlinkPlatform of(
      PlatformBackend backend, StepListener steps, Supervision supervision) {
    return of(backend, steps, Timing.system(), supervision);
  }

  /**
   * Makes a platform of a backend, with a listener of its steps, a time of its own and a policy for
   * processes that die; closing the platform closes the backend.
   *
   * @param backend the backend
   * @param steps hears of every journalled step
   * @param timing where the platform takes its time and its threads from
   * @param supervision what to do about processes that die, if {@link
   *     PlatformBackend#needsSupervision}
   * @return the platform
   */
  public static FlinkPlatform of(
      PlatformBackend backend, StepListener steps, Timing timing, Supervision supervision) {
    return new CorePlatform(backend, steps, timing, supervision);
  }

  /**
   * Returns the names of all journalled steps there are, as a {@link StepListener} hears them: for
   * suites that must see each.
   *
   * @return an immutable set
   */
  public static Set<String> steps() {
    return CorePlatform.stepNames();
  }
}
