/**
 * A Flink job that finds out by itself whether a record was lost or processed twice; one jar for
 * Flink 1.20 to 2.3. Audience: nobody calls these classes, Flink runs {@code SelfCheckingJob}.
 */
@NullMarked
package dev.flinkplatform.testkit.job;

import org.jspecify.annotations.NullMarked;
