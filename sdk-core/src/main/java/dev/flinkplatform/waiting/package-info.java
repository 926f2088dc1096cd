/** Named, three-valued conditions and how to wait for them. Audience: everybody. */
@NullMarked
package dev.flinkplatform.waiting;

import org.jspecify.annotations.NullMarked;
