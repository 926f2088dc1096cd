/** Every exception the SDK throws. Audience: everybody. */
@NullMarked
package dev.flinkplatform.error;

import org.jspecify.annotations.NullMarked;
