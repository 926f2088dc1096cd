package dev.flinkplatform.spi;

import dev.flinkplatform.PlatformConfig;

/**
 * Makes a backend by name. Listed in {@code META-INF/services}; the name chooses, the class path
 * does not.
 */
public interface PlatformProvider {

  /**
   * Returns the backend's name.
   *
   * @return for example {@code local}
   */
  String name();

  /**
   * Makes a backend. Probes it; changes nothing.
   *
   * @param config the options
   * @return the backend
   * @throws dev.flinkplatform.error.InvalidSpecException if an option is unknown or wrong, with
   *     every fault at once
   * @throws BackendFault if the backend cannot be reached
   */
  PlatformBackend create(PlatformConfig config);
}
