/** Reads the logs of Flink's processes, whoever runs them. */
@NullMarked
package dev.flinkplatform.internal.logs;

import org.jspecify.annotations.NullMarked;
