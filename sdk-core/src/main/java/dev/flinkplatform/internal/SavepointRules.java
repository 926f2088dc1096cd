package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.diagnosis.Finding;
import dev.flinkplatform.diagnosis.Finding.Code;
import dev.flinkplatform.diagnosis.Finding.Severity;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the journal and the backend tell of the place of savepoints. Pure. */
final class SavepointRules {

  private static final Pattern SCHEME =
      Pattern.compile("file system implementation for scheme '([^']+)'");
  private static final Pattern DIRECTORY =
      Pattern.compile(
          "Permission denied|Mkdirs failed|create savepoint directory|savepoint base"
              + " directory|Failed to create|Could not create|FileNotFoundException|FileAlreadyExists|"
              + "NotDirectory|Not a directory|ParentNotDirectory|Read-only file|No space left|Access"
              + " Denied|AccessDenied|NoSuchBucket|UnknownHost|is not a directory|no directory");

  private SavepointRules() {}

  /** Adds what the last attempt to take a savepoint tells. */
  static void check(AppRecord record, ApplicationSpec spec, Consumer<Finding> found) {
    for (OperationRecord o : record.ended) {
      if (o.state == OperationState.SUCCEEDED && o.savepoint != null) {
        return;
      }
      if (o.failure != null && o.failure.kind() == Failure.Kind.SNAPSHOT_FAILED) {
        failed(o, o.failure, spec, found);
        return;
      }
    }
  }

  private static void failed(
      OperationRecord o,
      OperationRecord.FailureRecord failure,
      ApplicationSpec spec,
      Consumer<Finding> found) {
    String directory =
        o.directory == null ? spec.savepointDirectory().orElse("(none)") : o.directory;
    List<String> evidence = new ArrayList<>();
    evidence.add(
        "operation "
            + o.id
            + " of "
            + Instant.ofEpochMilli(o.startedAt)
            + ", directory "
            + directory);
    evidence.add(Text.line(failure.message()));
    String text = failure.message() + "\n" + failure.evidence();
    Matcher scheme = SCHEME.matcher(text);
    if (scheme.find()) {
      found.accept(
          new Finding(
              Code.SAVEPOINT_DIRECTORY,
              Severity.ERROR,
              "Flink has no file system for scheme '" + scheme.group(1) + "': " + directory,
              evidence,
              "Add the plugin for '"
                  + scheme.group(1)
                  + "' to the distribution's plugins directory (flink-s3-fs-presto for s3, for"
                  + " example), or name another directory"));
    } else if (DIRECTORY.matcher(text).find()) {
      evidence.addAll(Text.begin(failure.evidence()));
      found.accept(
          new Finding(
              Code.SAVEPOINT_DIRECTORY,
              Severity.ERROR,
              "a savepoint could not be written to " + directory,
              evidence,
              "See that JobManager and TaskManagers can write there, then take a savepoint again"));
    } else {
      evidence.addAll(Text.begin(failure.evidence()));
      found.accept(
          new Finding(
              Code.SAVEPOINT_FAILED,
              Severity.WARNING,
              "the last savepoint failed: " + Text.line(failure.message()),
              evidence,
              "Savepoints share checkpointing.timeout; look for back-pressure and failing"
                  + " checkpoints, then take a savepoint again"));
    }
  }

  /** Adds what the backend says of the directories. */
  static void violations(List<Violation> violations, Consumer<Finding> found) {
    for (Violation v : violations) {
      if (v.path().equals("savepointDirectory")) {
        found.accept(
            new Finding(
                Code.SAVEPOINT_DIRECTORY,
                Severity.ERROR,
                "the savepoint directory " + v.message(),
                List.of(),
                "Make it a directory that can be written, or name another one"));
      } else if (v.path().equals("checkpointing.directory")) {
        found.accept(
            new Finding(
                Code.CHECKPOINTS_FAILING,
                Severity.ERROR,
                "the checkpoint directory " + v.message(),
                List.of(),
                "Make it a directory that can be written, or name another one"));
      }
    }
  }
}
