package dev.flinkplatform;

import dev.flinkplatform.spec.FlinkVersion;
import java.util.List;
import java.util.Map;

/**
 * What a platform is connected to.
 *
 * @param backend the backend's name
 * @param scope where in the backend: a namespace, an environment, or the root directory of {@code
 *     local}
 * @param sdkVersion the version of the SDK
 * @param flinkVersions the Flink versions it can run
 * @param details further facts, for people
 */
public record PlatformInfo(
    String backend,
    String scope,
    String sdkVersion,
    List<FlinkVersion> flinkVersions,
    Map<String, String> details) {

  /**
   * Makes the information of its parts.
   *
   * @param backend the backend's name
   * @param scope where in the backend: a namespace, an environment, or the root directory of {@code
   *     local}
   * @param sdkVersion the version of the SDK
   * @param flinkVersions the Flink versions it can run
   * @param details further facts, for people
   */
  public PlatformInfo {
    flinkVersions = List.copyOf(flinkVersions);
    details = Map.copyOf(details);
  }
}
