/** The {@code local} backend: Flink as processes of this machine. Audience: everybody. */
@NullMarked
package dev.flinkplatform.local;

import org.jspecify.annotations.NullMarked;
