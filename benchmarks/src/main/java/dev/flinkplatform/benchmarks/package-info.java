/** What the SDK costs, measured on a real Flink of this machine. Audience: us. */
@NullMarked
package dev.flinkplatform.benchmarks;

import org.jspecify.annotations.NullMarked;
