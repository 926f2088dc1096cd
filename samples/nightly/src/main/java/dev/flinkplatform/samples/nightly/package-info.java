/**
 * Every verb of the SDK on a real Flink of this machine. Audience: everybody; copied, not linked.
 */
@NullMarked
package dev.flinkplatform.samples.nightly;

import org.jspecify.annotations.NullMarked;
