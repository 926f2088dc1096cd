package dev.flinkplatform.spi.rest;

/**
 * What the cluster offers over REST, and its version.
 *
 * @param flinkVersion the version as the cluster says it, for example {@code 2.3.0}
 * @param flinkRevision commit and date of the sources
 * @param timezoneName the name of the JobManager's time zone
 * @param timezoneOffsetMillis the offset of that time zone from UTC, in milliseconds
 * @param webSubmit true if jars can be uploaded and run; false on application clusters
 * @param webCancel true if the web page offers to cancel; cancelling over REST works either way
 * @param webRescale true if jobs can be rescaled in place: the adaptive scheduler runs them
 * @param webHistory true for a history server
 */
public record ClusterConfig(
    String flinkVersion,
    String flinkRevision,
    String timezoneName,
    int timezoneOffsetMillis,
    boolean webSubmit,
    boolean webCancel,
    boolean webRescale,
    boolean webHistory) {}
