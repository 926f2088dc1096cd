package dev.flinkplatform.internal;

import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.diagnosis.Finding;
import dev.flinkplatform.diagnosis.Finding.Code;
import dev.flinkplatform.diagnosis.Finding.Severity;
import dev.flinkplatform.spi.JobControl.CheckpointTry;
import dev.flinkplatform.spi.JobControl.TriggerView.State;
import dev.flinkplatform.status.JobException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/** What the history of checkpoints tells. Pure. */
final class CheckpointRules {

  /** One may fail because the job was just starting, or a task was lost. */
  private static final int FAILED = 2;

  private static final int ENOUGH = 5;
  private static final double LEAST_GROWTH_BYTES = 1 << 20;
  private static final double LEAST_MILLIS = 5_000;

  private CheckpointRules() {}

  /**
   * Adds what is found in the histories, which begin with the latest. What failed because the job
   * did tells nothing of checkpoints.
   */
  static void check(
      List<CheckpointTry> history,
      List<JobException> exceptions,
      DiagnosisOptions options,
      Consumer<Finding> found) {
    List<CheckpointTry> checkpoints = history.stream().filter(c -> !c.savepoint()).toList();
    Instant since =
        exceptions.stream()
            .filter(e -> !e.stackTrace().toLowerCase(Locale.ROOT).contains("checkpoint"))
            .findFirst()
            .map(JobException::at)
            .orElse(Instant.EPOCH);
    failing(checkpoints.stream().filter(c -> c.triggeredAt().isAfter(since)).toList(), found);
    List<CheckpointTry> completed = new ArrayList<>();
    checkpoints.stream()
        .filter(c -> c.state() == State.COMPLETED)
        .forEach(c -> completed.add(0, c));
    growing(completed, options.checkpointGrowth(), found);
  }

  private static void failing(List<CheckpointTry> checkpoints, Consumer<Finding> found) {
    List<CheckpointTry> failed =
        checkpoints.stream()
            .filter(c -> c.state() != State.IN_PROGRESS)
            .takeWhile(c -> c.state() == State.FAILED)
            .toList();
    if (failed.size() < FAILED) {
      return;
    }
    Optional<CheckpointTry> last =
        checkpoints.stream().filter(c -> c.state() == State.COMPLETED).findFirst();
    String why = failed.get(0).failure();
    List<String> evidence = new ArrayList<>();
    failed.stream()
        .limit(3)
        .forEach(
            c ->
                evidence.add(
                    "checkpoint "
                        + c.id()
                        + " of "
                        + c.triggeredAt()
                        + " failed after "
                        + c.duration().toMillis()
                        + " ms: "
                        + Text.line(c.failure())));
    evidence.add(
        last.map(c -> "the last complete one: " + c.id() + " of " + c.triggeredAt())
            .orElse("Flink remembers no complete one"));
    found.accept(
        new Finding(
            Code.CHECKPOINTS_FAILING,
            Severity.ERROR,
            "the last "
                + failed.size()
                + " checkpoints failed"
                + (why.isBlank() ? "" : ": " + Text.line(why)),
            evidence,
            advice(why)));
  }

  private static String advice(String why) {
    String text = why.toLowerCase(Locale.ROOT);
    if (text.contains("expired")) {
      return "They take longer than checkpointing.timeout: look for back-pressure and for a slow"
          + " directory, then raise the timeout or use unaligned checkpoints";
    }
    if (text.contains("no space left") || text.contains("disk quota")) {
      return "The disk of the checkpoint directory is full: make room";
    }
    if (text.contains("ioexception")
        || text.contains("io-")
        || text.contains("could not ")
        || text.contains("storage")) {
      return "See whether the checkpoint directory can be written by JobManager and TaskManagers";
    }
    return "See the JobManager's log, logs(), for the reason in full";
  }

  private static void growing(
      List<CheckpointTry> completed, double factor, Consumer<Finding> found) {
    if (completed.size() < ENOUGH) {
      return;
    }
    List<String> growth = new ArrayList<>();
    double[] bytes = trend(completed, CheckpointTry::stateBytes);
    if (bytes[1] > bytes[0] * factor && bytes[1] - bytes[0] > LEAST_GROWTH_BYTES) {
      growth.add("from " + Text.bytes((long) bytes[0]) + " to " + Text.bytes((long) bytes[1]));
    }
    double[] millis = trend(completed, c -> c.duration().toMillis());
    if (millis[1] > millis[0] * factor && millis[1] > LEAST_MILLIS) {
      growth.add("from " + Math.round(millis[0]) + " ms to " + Math.round(millis[1]) + " ms");
    }
    if (growth.isEmpty()) {
      return;
    }
    List<String> evidence = new ArrayList<>();
    completed.forEach(
        c ->
            evidence.add(
                "checkpoint "
                    + c.id()
                    + ": "
                    + Text.bytes(c.stateBytes())
                    + " in "
                    + c.duration().toMillis()
                    + " ms"));
    found.accept(
        new Finding(
            Code.CHECKPOINTS_GROWING,
            Severity.WARNING,
            "the last " + completed.size() + " checkpoints grew " + String.join(", and ", growth),
            evidence,
            "A job that was just started fills its state, which is well. Else look for state that"
                + " is never cleared: a time to live, windows, timers, keys that are never seen"
                + " again"));
  }

  /** The means of the first and of the last third; no trend if it went down more than once. */
  private static double[] trend(List<CheckpointTry> completed, ToDoubleFunction<CheckpointTry> of) {
    int third = completed.size() / 3;
    int downs = 0;
    for (int i = 1; i < completed.size(); i++) {
      downs += of.applyAsDouble(completed.get(i)) < of.applyAsDouble(completed.get(i - 1)) ? 1 : 0;
    }
    double first = mean(completed.subList(0, third), of);
    double last = mean(completed.subList(completed.size() - third, completed.size()), of);
    return new double[] {first, downs > completed.size() / 4 ? first : last};
  }

  private static double mean(List<CheckpointTry> some, ToDoubleFunction<CheckpointTry> of) {
    return some.stream().mapToDouble(of).average().orElse(0);
  }
}
