package dev.flinkplatform.cmf.rest;

import java.util.Map;

/**
 * What became of the deletion of many savepoints.
 *
 * @param deleted how many are deleted
 * @param failed how many could not be
 * @param failures why, by name; unmodifiable
 */
public record CmfBulkDeletion(int deleted, int failed, Map<String, String> failures) {

  /**
   * Copies.
   *
   * @param deleted how many are deleted
   * @param failed how many could not be
   * @param failures why, by name; unmodifiable
   */
  public CmfBulkDeletion {
    failures = Map.copyOf(failures);
  }
}
