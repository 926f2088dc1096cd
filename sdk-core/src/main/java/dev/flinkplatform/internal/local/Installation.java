package dev.flinkplatform.internal.local;

import dev.flinkplatform.local.FlinkDistribution;

/**
 * A Flink of this machine and the JVM that runs it.
 *
 * @param flink the distribution
 * @param java a JVM that this Flink can run on
 */
record Installation(FlinkDistribution flink, JavaRuntime java) {}
