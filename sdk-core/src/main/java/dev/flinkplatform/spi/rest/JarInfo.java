package dev.flinkplatform.spi.rest;

import java.time.Instant;
import java.util.List;

/**
 * A jar that was uploaded to a cluster.
 *
 * @param id the id to run it by: {@code <uuid>_<name>.jar}
 * @param name the name it was uploaded by
 * @param uploadedAt when
 * @param entryClasses the main classes its manifest names; unmodifiable
 */
public record JarInfo(String id, String name, Instant uploadedAt, List<String> entryClasses) {

  /**
   * Makes it of its parts, and copies the collections.
   *
   * @param id the id to run it by: {@code <uuid>_<name>.jar}
   * @param name the name it was uploaded by
   * @param uploadedAt when
   * @param entryClasses the main classes its manifest names; unmodifiable
   */
  public JarInfo {
    entryClasses = List.copyOf(entryClasses);
  }
}
