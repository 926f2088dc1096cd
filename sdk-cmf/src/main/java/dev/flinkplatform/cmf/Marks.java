package dev.flinkplatform.cmf;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flinkplatform.JobId;
import dev.flinkplatform.cmf.rest.CmfApplication;
import dev.flinkplatform.cmf.rest.CmfLifecycleState;
import dev.flinkplatform.spi.fko.UpgradeMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An application as CMF shows it, and what this backend has written on it: annotations that tell
 * which start of the SDK it is of. They are sent with every change, in the same request, so they
 * and the specification never disagree.
 *
 * @param app what CMF answered
 */
record Marks(CmfApplication app) {

  /** The id of the start of the SDK that the specification is of. */
  static final String LAUNCH = "flinkplatform.dev/launch";

  /**
   * The id of the job that ran before that start: the status shows it until the new one is there.
   */
  static final String JOB_BEFORE = "flinkplatform.dev/job-before";

  /** The trigger of the stop with savepoint that is under way, or was the last. */
  static final String STOP = "flinkplatform.dev/stop";

  /** When it was triggered. */
  static final String STOP_AT = "flinkplatform.dev/stop-at";

  /** The error that the status showed then, cut short: the same words later tell nothing new. */
  static final String ERROR_BEFORE = "flinkplatform.dev/error-before";

  /**
   * The newest checkpoint of a job that had come to its end before it was taken down, or {@link
   * #NONE}.
   */
  static final String CHECKPOINT = "flinkplatform.dev/checkpoint";

  /** When that was complete: a savepoint that was taken later is newer. */
  static final String CHECKPOINT_AT = "flinkplatform.dev/checkpoint-at";

  /** It made no checkpoint. */
  static final String NONE = "none";

  /** The digest of the location of the savepoint that is being deleted, or was the last. */
  static final String DISPOSED = "flinkplatform.dev/disposed";

  /** The path of state that the status showed before that start: a start without state keeps it. */
  static final String STATE_BEFORE = "flinkplatform.dev/state-before";

  /** What that start restored. */
  static final String RESTORED_FROM = "flinkplatform.dev/restored-from";

  private static final int MAX_ERROR = 200;

  /** What the operator writes for a path when it restores from the data of high availability. */
  private static final String NO_PATH = "KUBERNETES_OPERATOR_LAST_STATE";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SAVEPOINT = UpgradeMode.SAVEPOINT.text();
  private static final Set<String> OVER = Set.of("FINISHED", "CANCELED", "FAILED");

  Optional<String> launch() {
    return mark(LAUNCH);
  }

  Optional<String> mark(String key) {
    return Optional.ofNullable(app.annotations().get(key)).filter(v -> !v.isEmpty());
  }

  Optional<Instant> stopAt() {
    return time(STOP_AT);
  }

  Optional<Instant> time(String key) {
    try {
      return mark(key).map(Instant::parse);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  boolean isWanted() {
    return app.desiredState().orElse("running").equals("running");
  }

  /** Whether nothing runs of it, and nothing will unless it is told to. */
  boolean isDown() {
    if (isWanted()) {
      return false;
    }
    CmfLifecycleState state = app.lifecycleState().orElse(CmfLifecycleState.CREATED);
    if (state == CmfLifecycleState.SUSPENDED) {
      return true;
    }
    if (state == CmfLifecycleState.CREATED || state == CmfLifecycleState.FAILED) {
      return neverDeployed() || (statusJob().isEmpty() && !hasJobManager());
    }
    // Operator 1.15 never says SUSPENDED after a stop that went through an asynchronous cancel, and
    // then leaves the JobManager, with nothing to do, until the next start or the deletion.
    return hasEnded()
        && (isCanceled() || !hasJobManager())
        && reconciled("state").filter("suspended"::equals).isPresent();
  }

  /**
   * Whether nothing of it has ever run: a specification that waits, or one that Kubernetes refused.
   * The operator gives the job its id before it asks Kubernetes, and forgets what it reconciled if
   * that fails.
   */
  boolean neverDeployed() {
    CmfLifecycleState state = app.lifecycleState().orElse(CmfLifecycleState.CREATED);
    return (state == CmfLifecycleState.CREATED || state == CmfLifecycleState.FAILED)
        && !hasJobManager()
        && text(app.status(), "reconciliationStatus", "lastReconciledSpec").isEmpty();
  }

  private boolean isCanceled() {
    return app.jobState().filter("CANCELED"::equals).isPresent();
  }

  /** A field of the job in the specification that the operator acted upon last. */
  private Optional<String> reconciled(String field) {
    return text(app.status(), "reconciliationStatus", "lastReconciledSpec")
        .map(
            s -> {
              try {
                return JSON.readTree(s).path("spec").path("job").path(field).asText("");
              } catch (JacksonException e) {
                return "";
              }
            })
        .filter(s -> !s.isEmpty());
  }

  private boolean hasJobManager() {
    return app.jobManagerDeploymentStatus()
        .map(s -> s.toUpperCase(Locale.ROOT))
        .filter(s -> !s.equals("MISSING"))
        .isPresent();
  }

  /** The id of the job of the present start. */
  Optional<JobId> job() {
    return statusJob().filter(id -> !Optional.of(id.hex()).equals(mark(JOB_BEFORE)));
  }

  /** The id that the status shows, of whatever start. */
  Optional<JobId> statusJob() {
    try {
      return app.jobId().map(JobId::new);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether the job has come to an end. While the operator deploys, the status has the id of the
   * new job already, and the state of the old one still.
   */
  boolean isOver() {
    CmfLifecycleState state = app.lifecycleState().orElse(CmfLifecycleState.CREATED);
    return state != CmfLifecycleState.CREATED
        && state != CmfLifecycleState.UPGRADING
        && state != CmfLifecycleState.ROLLING_BACK
        && hasEnded();
  }

  /** Whether the status has a job that has ended, of whatever start. */
  boolean hasEnded() {
    return app.jobState().filter(OVER::contains).isPresent();
  }

  /**
   * What the operator would start a job from again that is {@link #isDown down}: the savepoint that
   * it stopped the job with, or the newest checkpoint of one that had ended. Not if it would take
   * the data of high availability: then the path is that of another time.
   */
  Optional<String> stoppedWith() {
    boolean path = reconciled("upgradeMode").orElse(upgradeMode()).equals(SAVEPOINT);
    return statePath()
        .filter(p -> path)
        .filter(p -> isRestored(p) || !Optional.of(p).equals(mark(STATE_BEFORE)));
  }

  /** Whether a job that was canceled by the operator is known to have made no state. */
  boolean stoppedWithNothing() {
    return isCanceled()
        && statePath().isEmpty()
        && reconciled("upgradeMode").filter(SAVEPOINT::equals).isPresent();
  }

  /** The path of state that the status shows, of whatever time. */
  Optional<String> statePath() {
    return text(app.status(), "jobStatus", "upgradeSavepointPath").filter(p -> !p.equals(NO_PATH));
  }

  /** Whether that is what this start was restored from. */
  boolean isRestored(String path) {
    return Optional.of(path).equals(mark(RESTORED_FROM));
  }

  /** What becomes of the state of the job, as it was last asked for. */
  String upgradeMode() {
    return text(app.spec(), "job", "upgradeMode").orElse(UpgradeMode.STATELESS.text());
  }

  /** The error of the status, if it is another one than before. */
  Optional<String> newError() {
    return app.error().filter(e -> !Optional.of(cut(e)).equals(mark(ERROR_BEFORE)));
  }

  static String cut(String error) {
    return error.length() > MAX_ERROR ? error.substring(0, MAX_ERROR) : error;
  }

  /** What is seen, in a few words. */
  String words() {
    StringBuilder out = new StringBuilder("CMF: ");
    out.append(isWanted() ? "wanted running" : "wanted suspended")
        .append(", lifecycle ")
        .append(text(app.status(), "lifecycleState").orElse("(none)"))
        .append(", JobManager ")
        .append(app.jobManagerDeploymentStatus().orElse("(none)"))
        .append(", job ")
        .append(app.jobState().orElse("(none)"));
    app.currentDeployedInstance().ifPresent(i -> out.append(", instance ").append(i));
    app.error().ifPresent(e -> out.append(", error: ").append(Errors.words(e)));
    app.warning().ifPresent(w -> out.append(", warning: ").append(w));
    return out.toString();
  }

  static Optional<String> text(Map<String, ?> json, String... path) {
    Object at = json;
    for (String key : path) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return at instanceof String s && !s.isEmpty() ? Optional.of(s) : Optional.empty();
  }
}
