package dev.flinkplatform.cmf.rest;

/**
 * What a server says of itself.
 *
 * @param version of CMF
 * @param revision the commit it was built from; empty if it does not say
 */
public record CmfSystemInformation(CmfVersion version, String revision) {}
