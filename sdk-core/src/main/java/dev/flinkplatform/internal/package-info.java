/** Core's implementation. Audience: nobody; it changes without notice. */
@NullMarked
package dev.flinkplatform.internal;

import org.jspecify.annotations.NullMarked;
