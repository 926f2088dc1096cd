package dev.flinkplatform.cmf.rest;

import org.jspecify.annotations.Nullable;

/**
 * What CMF made of a start or a suspension.
 *
 * @param outcome UNCHANGED if the application was in that state already
 * @param application as CMF answered it; null if CMF sent none, as it does with UNCHANGED
 */
public record CmfTransition(CmfOutcome outcome, @Nullable CmfApplication application) {}
