package dev.flinkplatform.spi.rest;

/**
 * Between which parallelisms a vertex may run.
 *
 * @param lower the least, at least 1; with fewer slots the job waits
 * @param upper the most, at least the lower bound; it may be more than there are slots, the job
 *     then grows with them
 */
public record ParallelismBounds(int lower, int upper) {

  /**
   * Makes bounds of their parts.
   *
   * @param lower the least, at least 1; with fewer slots the job waits
   * @param upper the most, at least the lower bound; it may be more than there are slots, the job
   *     then grows with them
   * @throws IllegalArgumentException if lower is below 1 or above upper
   */
  public ParallelismBounds {
    if (lower < 1 || upper < lower) {
      throw new IllegalArgumentException(
          "Parallelism bounds need 1 <= lower <= upper, got lower=" + lower + ", upper=" + upper);
    }
  }
}
