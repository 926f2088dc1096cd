package dev.flinkplatform.spi.rest;

/** Hears how much of a file was sent. */
@FunctionalInterface
public interface ProgressListener {

  /**
   * Says how much was sent so far; called often, on a thread of the client, so it should be quick.
   *
   * @param sentBytes bytes handed to the connection so far
   * @param totalBytes size of the file in bytes
   */
  void sent(long sentBytes, long totalBytes);
}
