package dev.flinkplatform.cmf;

import dev.flinkplatform.spec.FlinkVersion;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the backend was built with, besides its client.
 *
 * @param url the address of CMF
 * @param environment the environment
 * @param records where core's documents are
 * @param image the image of applications that name none
 * @param stateBase below which checkpoints and savepoints go by default; no slash at the end
 * @param sharedFiles whether {@code file:} means the same here as for Flink
 * @param flinkWrites whether CMF's proxy lets checkpoints be triggered
 * @param flinkVersions the versions that CMF can run
 * @param stopTimeout how long a stop with savepoint may take
 */
record CmfSettings(
    URI url,
    String environment,
    Path records,
    Optional<String> image,
    Optional<String> stateBase,
    boolean sharedFiles,
    boolean flinkWrites,
    List<FlinkVersion> flinkVersions,
    Duration stopTimeout) {}
