/**
 * A typed client for Flink's own REST API, for Flink 1.18 to 2.3. Audience: authors of backends.
 */
@NullMarked
package dev.flinkplatform.spi.rest;

import org.jspecify.annotations.NullMarked;
