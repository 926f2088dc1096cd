package dev.flinkplatform.spi;

import dev.flinkplatform.FlinkPlatform;
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
    return new CorePlatform(backend, steps);
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
