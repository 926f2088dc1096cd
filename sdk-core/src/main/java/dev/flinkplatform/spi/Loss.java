package dev.flinkplatform.spi;

import dev.flinkplatform.Failure;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What died of a cluster that should run.
 *
 * @param jobManagers how many JobManagers are missing
 * @param taskManagers how many TaskManagers are missing
 * @param beyondRepair whether starting processes again cannot help, as nobody knows the job any
 *     more: its only JobManager died, and there is no high availability; or the job's session
 *     cluster was started anew
 * @param cause why a process died, as far as it is known
 */
public record Loss(int jobManagers, int taskManagers, boolean beyondRepair, Failure cause) {

  /**
   * Returns what is missing, and why.
   *
   * @return for people
   */
  public String words() {
    if (jobManagers + taskManagers == 0) {
      return cause.message();
    }
    return Stream.of(count(jobManagers, "JobManager"), count(taskManagers, "TaskManager"))
            .filter(w -> !w.isEmpty())
            .collect(Collectors.joining(" and "))
        + (jobManagers + taskManagers == 1 ? " is missing: " : " are missing: ")
        + cause.message();
  }

  private static String count(int number, String what) {
    return number == 0 ? "" : number + " " + what + (number == 1 ? "" : "s");
  }
}
