package dev.flinkplatform.status;

/**
 * The end of one log file of one process.
 *
 * @param process which process, for example {@code jobmanager} or {@code taskmanager-1}
 * @param file the file's name
 * @param text the last part of it
 * @param truncated whether the file begins before the text
 */
public record LogFile(String process, String file, String text, boolean truncated) {}
