/** Observed state: what was seen of a Flink deployment, and when. Audience: everybody. */
@NullMarked
package dev.flinkplatform.status;

import org.jspecify.annotations.NullMarked;
