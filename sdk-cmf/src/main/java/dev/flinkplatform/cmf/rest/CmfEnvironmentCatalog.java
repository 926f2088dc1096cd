package dev.flinkplatform.cmf.rest;

import java.util.List;

/**
 * What SQL of an environment can see.
 *
 * @param name of the catalog
 * @param databases names of its databases; unmodifiable
 */
public record CmfEnvironmentCatalog(String name, List<String> databases) {

  /**
   * Copies.
   *
   * @param name of the catalog
   * @param databases names of its databases; unmodifiable
   */
  public CmfEnvironmentCatalog {
    databases = List.copyOf(databases);
  }
}
