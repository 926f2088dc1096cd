/** The backend {@code cmf}: FlinkPlatform over Confluent Manager for Apache Flink. */
@NullMarked
package dev.flinkplatform.cmf;

import org.jspecify.annotations.NullMarked;
