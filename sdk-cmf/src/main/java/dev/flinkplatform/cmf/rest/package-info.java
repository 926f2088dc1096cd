/**
 * A typed client for the REST API of Confluent Manager for Apache Flink (CMF), 2.0 to 2.5.
 *
 * <p>{@link dev.flinkplatform.cmf.rest.CmfClient} is the entry. Resources keep the JSON they were
 * read from, so that fields and values this SDK does not know survive being read and written back.
 */
@NullMarked
package dev.flinkplatform.cmf.rest;

import org.jspecify.annotations.NullMarked;
