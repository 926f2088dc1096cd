/**
 * Faults between core and a backend, on purpose: to see what holds when replies are lost. Audience:
 * backend authors, and users, in their tests.
 */
@NullMarked
package dev.flinkplatform.testkit.calls;

import org.jspecify.annotations.NullMarked;
