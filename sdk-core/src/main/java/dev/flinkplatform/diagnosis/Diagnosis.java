package dev.flinkplatform.diagnosis;

import dev.flinkplatform.status.ApplicationState;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What was found at one look at an application.
 *
 * @param application the application's name
 * @param state its state at that look
 * @param observedAt when
 * @param findings what is wrong, the worst first; empty if nothing was found
 */
public record Diagnosis(
    String application, ApplicationState state, Instant observedAt, List<Finding> findings) {

  /**
   * Makes a diagnosis of its parts.
   *
   * @param application the application's name
   * @param state its state at that look
   * @param observedAt when
   * @param findings what is wrong, the worst first
   */
  public Diagnosis {
    Objects.requireNonNull(application, "application");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(observedAt, "observedAt");
    findings = List.copyOf(findings);
  }

  /**
   * Tells whether nothing was found, and everything could be asked. An application that is
   * suspended, or came to its end, is healthy.
   *
   * @return true if there is no finding
   */
  public boolean isHealthy() {
    return findings.isEmpty();
  }

  /**
   * Returns the first finding of a sort.
   *
   * @param code the sort
   * @return the finding, or empty if there is none
   */
  public Optional<Finding> finding(Finding.Code code) {
    return findings.stream().filter(f -> f.code() == code).findFirst();
  }

  /**
   * Returns everything in lines, to be read by a person.
   *
   * @return a headline, then every finding with its evidence and advice
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("'").append(application).append("' is ").append(state);
    text.append(" at ").append(observedAt).append(": ");
    text.append(
        findings.isEmpty()
            ? "nothing found"
            : findings.size() == 1 ? "1 finding" : findings.size() + " findings");
    findings.forEach(f -> text.append("\n\n").append(f));
    return text.toString();
  }
}
