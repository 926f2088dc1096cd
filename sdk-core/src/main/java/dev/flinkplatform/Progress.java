package dev.flinkplatform;

import java.time.Instant;

/**
 * Something that happened in an operation.
 *
 * @param at when
 * @param step the step it happened in
 * @param message what, for people
 */
public record Progress(Instant at, String step, String message) {}
