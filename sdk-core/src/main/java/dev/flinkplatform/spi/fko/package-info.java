/**
 * The document that the Flink Kubernetes Operator and Confluent Manager for Apache Flink share: the
 * specification of a FlinkDeployment, as plain maps. Audience: authors of backends.
 */
@NullMarked
package dev.flinkplatform.spi.fko;

import org.jspecify.annotations.NullMarked;
