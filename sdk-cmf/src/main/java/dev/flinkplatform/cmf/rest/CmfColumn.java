package dev.flinkplatform.cmf.rest;

/**
 * A column of a result, or a field of a row.
 *
 * @param name of the column
 * @param type of its values
 */
public record CmfColumn(String name, CmfDataType type) {}
