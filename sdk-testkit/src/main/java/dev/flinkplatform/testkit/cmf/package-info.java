/**
 * A server with the REST API of Confluent Manager for Apache Flink, for tests, that runs its
 * applications on real Flink.
 */
@NullMarked
package dev.flinkplatform.testkit.cmf;

import org.jspecify.annotations.NullMarked;
