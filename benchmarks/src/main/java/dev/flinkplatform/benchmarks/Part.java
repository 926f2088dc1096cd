package dev.flinkplatform.benchmarks;

import java.util.List;

/** One of the things that are measured. */
@FunctionalInterface
interface Part {

  /**
   * Measures, and removes what it started.
   *
   * @param setting where
   * @return the results
   * @throws Exception if it could not be measured
   */
  List<Row> run(Setting setting) throws Exception;
}
