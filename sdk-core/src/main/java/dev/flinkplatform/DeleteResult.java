package dev.flinkplatform;

import java.util.List;

/**
 * What a deletion left behind.
 *
 * @param retention what was asked
 * @param kept where state was kept, or why nobody can tell; empty after {@link
 *     StateRetention#PURGE}, unless the backend could not reach it
 */
public record DeleteResult(StateRetention retention, List<String> kept) {

  /**
   * Makes a result of its parts.
   *
   * @param retention what was asked
   * @param kept where state was kept, or why nobody can tell; empty after {@link
   *     StateRetention#PURGE}, unless the backend could not reach it
   */
  public DeleteResult {
    kept = List.copyOf(kept);
  }
}
