package dev.flinkplatform.cmf.rest;

import java.util.Map;
import java.util.Optional;

/**
 * An event of an application. CMF keeps the last 100 of each.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfEvent extends CmfResource {

  private CmfEvent(Map<String, ?> json) {
    super(json);
  }

  static CmfEvent read(Map<String, ?> json) {
    return new CmfEvent(json);
  }

  /**
   * Returns the type.
   *
   * @return for example CMF_STATUS or JOB_STATUS; empty if it was not read
   */
  public String type() {
    return Trees.textOr("", json(), "status", "type");
  }

  /**
   * Returns what happened.
   *
   * @return a text for people; empty if it was not read
   */
  public String message() {
    return Trees.textOr("", json(), "status", "message");
  }

  /**
   * Returns the instance of the application it is about.
   *
   * @return the name of a {@link CmfApplicationInstance}; empty if CMF does not say
   */
  public Optional<String> instance() {
    return Trees.text(json(), "metadata", "flinkApplicationInstance");
  }

  /**
   * Returns the new status, if the event is about one.
   *
   * @return the status; empty for other events
   */
  public Optional<String> newStatus() {
    return Trees.text(json(), "status", "data", "newStatus");
  }

  /**
   * Returns the exception of the job, if the event is about one.
   *
   * @return a stack trace; empty for other events
   */
  public Optional<String> exception() {
    return Trees.text(json(), "status", "data", "exceptionString");
  }

  /**
   * Returns how often it happened.
   *
   * @return the number, since 2.4; 1 if the server does not count
   */
  public long count() {
    return Trees.number(json(), "status", "count").orElse(1L);
  }
}
