package dev.flinkplatform.spi.rest;

/**
 * What a client of a REST API throws when a server declined. As the cause of a {@link
 * dev.flinkplatform.spi.BackendFault} it gives {@link
 * dev.flinkplatform.error.BackendRejectedException} its status.
 */
public interface HttpRefusal {

  /**
   * Returns the HTTP status of the answer.
   *
   * @return the status; 0 if there was no answer
   */
  int httpStatus();
}
