package dev.flinkplatform.cmf.rest;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a server has, and what it uses. Immutable and thread-safe.
 *
 * @param json as CMF answered it; unmodifiable
 */
public record CmfResourceInformation(Map<String, @Nullable Object> json) {

  /**
   * Copies.
   *
   * @param json as CMF answered it; unmodifiable
   */
  public CmfResourceInformation {
    json = Trees.copy(json);
  }

  /**
   * Returns how many resources of a kind there are.
   *
   * @param kind environments, computePools, secrets, catalogs, savepoints or detachedSavepoints
   * @return the number; empty if CMF does not say
   */
  public OptionalLong count(String kind) {
    return optional(Trees.get(json, "status", "resources", kind));
  }

  /**
   * Returns how many resources of a kind there are, by status.
   *
   * @param kind applications, statements or kubernetesClusters
   * @return numbers by status; empty if CMF does not say
   */
  public Map<String, Long> countByStatus(String kind) {
    Map<String, Long> out = new LinkedHashMap<>();
    Trees.map(json, "status", "resources", kind)
        .forEach(
            (k, v) -> {
              if (v instanceof Number n) {
                out.put(k, n.longValue());
              }
            });
    return Collections.unmodifiableMap(out);
  }

  /**
   * Returns the memory of all Flink clusters.
   *
   * @return bytes; empty if CMF does not say
   */
  public OptionalLong memoryBytes() {
    return optional(Trees.get(json, "status", "resourceSummary", "memory"));
  }

  /**
   * Returns the processors of all Flink clusters.
   *
   * @return cores; 0 if CMF does not say
   */
  public double cpu() {
    return Trees.get(json, "status", "resourceSummary", "cpu") instanceof Number n
        ? n.doubleValue()
        : 0;
  }

  private static OptionalLong optional(@Nullable Object value) {
    return value instanceof Number n ? OptionalLong.of(n.longValue()) : OptionalLong.empty();
  }
}
