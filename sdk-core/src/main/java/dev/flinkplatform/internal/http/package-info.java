/**
 * What the REST clients of the SDK have in common: connections, TLS, repeats, waiting for answers,
 * and secrets that must not show. Shows okhttp, so it is no API.
 */
@NullMarked
package dev.flinkplatform.internal.http;

import org.jspecify.annotations.NullMarked;
