/** What happens on a platform, told as it happens. Audience: everybody. */
@NullMarked
package dev.flinkplatform.event;

import org.jspecify.annotations.NullMarked;
