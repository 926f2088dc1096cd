/** Desired state: what a Flink deployment needs, on every backend. Audience: everybody. */
@NullMarked
package dev.flinkplatform.spec;

import org.jspecify.annotations.NullMarked;
