/**
 * What a user of the SDK types: the platform, its handles, operations and options. Audience:
 * everybody.
 */
@NullMarked
package dev.flinkplatform;

import org.jspecify.annotations.NullMarked;
