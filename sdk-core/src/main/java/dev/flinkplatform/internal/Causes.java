package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.LogFile;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in one sentence why a job failed, from what Flink remembers of it. */
final class Causes {

  private static final int MAX_EVIDENCE = 4000;

  /** How a line of a log begins, as opposed to one of a stack trace. */
  private static final Pattern LOGGED =
      Pattern.compile("^\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:", Pattern.MULTILINE);

  private static final Pattern NOT_A_CAUSE =
      Pattern.compile("^(Caused by: |[\\w.$]*(SerializedThrowable|CompletionException): )+");

  private Causes() {}

  static Failure ofJob(Optional<JobControl> control, JobId job, String what) {
    List<JobException> exceptions = List.of();
    if (control.isPresent()) {
      try {
        exceptions = control.get().exceptions(job);
      } catch (BackendFault e) {
        return Failure.of(
            Failure.Kind.JOB_FAILED,
            what + "; its exceptions could not be read: " + e.failure().message());
      }
    }
    if (exceptions.isEmpty()) {
      return Failure.of(Failure.Kind.JOB_FAILED, what + "; Flink remembers no exception");
    }
    JobException e = exceptions.get(0);
    return new Failure(kind(e.stackTrace()), what + ": " + e.rootCause(), clip(e.stackTrace()));
  }

  /**
   * Says why a job failed from the logs alone: when the adaptive scheduler cannot restore a job,
   * the REST API remembers no exception (seen with Flink 2.3), only the JobManager's log does.
   */
  static Optional<Failure> ofLogs(Collection<LogFile> logs, JobId job, String what) {
    String last = "Job " + job.hex() + " reached terminal state FAILED";
    for (LogFile log : logs) {
      int at = log.text().indexOf(last);
      if (at < 0) {
        continue;
      }
      Matcher next = LOGGED.matcher(log.text());
      String trace = log.text().substring(at, next.find(at) ? next.start() : log.text().length());
      String root = "";
      for (String line : trace.lines().skip(1).filter(l -> !l.startsWith("\tat ")).toList()) {
        root = line.startsWith("Caused by: ") || root.isEmpty() ? line : root;
      }
      if (!root.isEmpty()) {
        String cause = NOT_A_CAUSE.matcher(root).replaceFirst("");
        return Optional.of(new Failure(kind(trace), what + ": " + cause, clip(trace)));
      }
    }
    return Optional.empty();
  }

  /** Sorts a failure by the words Flink uses for it. */
  static Failure.Kind kind(String text) {
    if (containsAny(
        text,
        "allowNonRestoredState",
        "Cannot map checkpoint/savepoint state",
        "StateMigrationException",
        "must not be incompatible",
        "larger than the max parallelism",
        "maximum parallelism")) {
      return Failure.Kind.STATE_DOES_NOT_FIT;
    }
    if (containsAny(
        text,
        "Cannot find checkpoint or savepoint",
        "Cannot find meta data file",
        "Cannot access file system for checkpoint/savepoint",
        "_metadata",
        "Unexpected magic number",
        "Cannot restore from checkpoint/savepoint")) {
      return Failure.Kind.STATE_UNREADABLE;
    }
    if (containsAny(text, "NoResourceAvailableException")) {
      return Failure.Kind.NO_RESOURCES;
    }
    if (containsAny(text, "IllegalConfigurationException")) {
      return Failure.Kind.INVALID_CONFIGURATION;
    }
    if (containsAny(text, "BindException")) {
      return Failure.Kind.PORT_TAKEN;
    }
    if (containsAny(
        text,
        "ClassNotFoundException",
        "NoClassDefFoundError",
        "does not contain a main method",
        "was not found in the jar")) {
      return Failure.Kind.CLASS_NOT_FOUND;
    }
    return Failure.Kind.JOB_FAILED;
  }

  private static String clip(String text) {
    return text.length() > MAX_EVIDENCE ? text.substring(0, MAX_EVIDENCE) : text;
  }

  private static boolean containsAny(String text, String... words) {
    for (String word : words) {
      if (text.contains(word)) {
        return true;
      }
    }
    return false;
  }
}
