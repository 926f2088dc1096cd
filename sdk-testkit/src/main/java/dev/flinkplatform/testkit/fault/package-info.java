/**
 * Faults on purpose: a proxy between a client and an HTTP server that loses, cuts, delays and
 * repeats what passes, by a seeded schedule that can be printed and replayed. Audience: users and
 * backend authors, in their tests.
 */
@NullMarked
package dev.flinkplatform.testkit.fault;

import org.jspecify.annotations.NullMarked;
