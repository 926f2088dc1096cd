/** What a backend implements, and what core gives it. Audience: authors of backends. */
@NullMarked
package dev.flinkplatform.spi;

import org.jspecify.annotations.NullMarked;
