package dev.flinkplatform.internal.local;

import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.spec.SecretRef;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a local platform was built with.
 *
 * @param root where clusters, journals and default state directories live
 * @param distributions the Flink distributions, one per minor version
 * @param javaHome the JVM for Flink, if one was chosen
 * @param jvmArgs further arguments for every Flink JVM
 * @param secrets the directory with one folder per Secret and one file per key
 * @param logLevel the root level of Flink's logs
 * @param restAddress maps the address of a REST API to the one to talk to it at
 * @param supervised whether processes that die are to be started again
 * @param environment the environment variables of this process
 */
public record LocalSettings(
    Path root,
    List<FlinkDistribution> distributions,
    Optional<Path> javaHome,
    List<String> jvmArgs,
    Optional<Path> secrets,
    String logLevel,
    UnaryOperator<URI> restAddress,
    boolean supervised,
    Map<String, String> environment) {

  /** Makes settings of their parts. */
  public LocalSettings {
    distributions = List.copyOf(distributions);
    jvmArgs = List.copyOf(jvmArgs);
    environment = Map.copyOf(environment);
  }

  /**
   * The file that holds a key of a Secret.
   *
   * @throws java.util.NoSuchElementException if there are no {@link #secrets}
   */
  Path secretFile(SecretRef ref) {
    return secrets.orElseThrow().resolve(ref.secret()).resolve(ref.key());
  }
}
