/**
 * A platform in memory, with a time of its own: for tests of what one builds on the SDK. Audience:
 * users, in their tests.
 */
@NullMarked
package dev.flinkplatform.testkit.memory;

import org.jspecify.annotations.NullMarked;
