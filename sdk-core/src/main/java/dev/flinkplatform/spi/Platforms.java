package dev.flinkplatform.spi;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.internal.CorePlatform;

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
    return of(backend, steps, Timing.system());
  }

  /**
   * Makes a platform of a backend, with a listener of its steps and a time of its own; closing the
   * platform closes the backend.
   *
   * @param backend the backend
   * @param steps hears of every journalled step
   * @param timing where the platform takes its time and its threads from
   * @return the platform
   */
  public static FlinkPlatform of(PlatformBackend backend, StepListener steps, Timing timing) {
    return new CorePlatform(backend, steps, timing);
  }
}
