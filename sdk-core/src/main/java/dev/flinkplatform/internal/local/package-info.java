/** The {@code local} backend's implementation. Audience: nobody; it changes without notice. */
@NullMarked
package dev.flinkplatform.internal.local;

import org.jspecify.annotations.NullMarked;
