package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.spec.ApplicationSpec;

/** How many TaskManagers a specification needs. */
final class Slots {

  private Slots() {}

  static int taskManagers(ApplicationSpec spec) {
    int slots = spec.taskManager().slots();
    return spec.taskManager().replicas().orElse((spec.parallelism() + slots - 1) / slots);
  }
}
