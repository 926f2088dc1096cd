/**
 * What one needs to test a backend, or one's own use of the SDK: contract suites, a fake, and a job
 * that checks itself. Audience: users and backend authors, in their tests.
 */
@NullMarked
package dev.flinkplatform.testkit;

import org.jspecify.annotations.NullMarked;
