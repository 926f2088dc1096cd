package dev.flinkplatform.spec;

import java.util.Objects;

/**
 * CPU and total memory of one process.
 *
 * @param cpu the number of cores, more than 0; the {@code local} backend does not limit CPU
 * @param memory the memory of the whole process, which Flink divides by its own memory model
 */
public record Resources(double cpu, MemorySize memory) {

  /**
   * Makes resources of their parts.
   *
   * @param cpu the number of cores, more than 0; the {@code local} backend does not limit CPU
   * @param memory the memory of the whole process, which Flink divides by its own memory model
   */
  public Resources {
    Objects.requireNonNull(memory, "memory");
  }

  /**
   * Returns resources with the memory given as text.
   *
   * @param cpu the number of cores
   * @param memory for example {@code 2g} or {@code 1728m}
   * @return the resources
   * @throws IllegalArgumentException if the text is no memory size
   */
  public static Resources of(double cpu, String memory) {
    return new Resources(cpu, MemorySize.parse(memory));
  }
}
