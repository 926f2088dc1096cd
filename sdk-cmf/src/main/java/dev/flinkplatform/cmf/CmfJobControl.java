package dev.flinkplatform.cmf;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.SavepointFormat;
import dev.flinkplatform.cmf.rest.CmfApplication;
import dev.flinkplatform.cmf.rest.CmfSavepoint;
import dev.flinkplatform.cmf.rest.CmfSavepointFormat;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.StateFiles;
import dev.flinkplatform.spi.fko.UpgradeMode;
import dev.flinkplatform.spi.rest.FlinkRestClient;
import dev.flinkplatform.spi.rest.RestJobControl;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job of CMF: what only looks goes to Flink through CMF's proxy; what changes something is done
 * by CMF. (An operator that finds its job stopped by other hands may start it without its state.)
 */
final class CmfJobControl implements JobControl {

  private static final int BACKOFF_LIMIT = 3;
  private static final String GONE = "gone";

  private final Applications applications;
  private final CmfSettings settings;
  private final String name;
  private final Marks seen;
  private final RestJobControl flink;

  CmfJobControl(
      Applications applications,
      CmfSettings settings,
      String name,
      Marks seen,
      FlinkRestClient client) {
    this.applications = applications;
    this.settings = settings;
    this.name = name;
    this.seen = seen;
    this.flink = new RestJobControl(client, this::ended);
  }

  private Optional<JobState> ended(JobId job) {
    return seen.isOver() && seen.statusJob().equals(Optional.of(job))
        ? seen.app().jobState().map(JobState::of)
        : Optional.empty();
  }

  // ---- looks ----

  @Override
  public Optional<JobView> job(JobId job) {
    return flink.job(job);
  }

  @Override
  public CheckpointView checkpoints(JobId job) {
    return flink.checkpoints(job);
  }

  @Override
  public ClusterView cluster() {
    return flink.cluster();
  }

  @Override
  public List<JobException> exceptions(JobId job) {
    return flink.exceptions(job);
  }

  @Override
  public long restarts(JobId job) {
    return flink.restarts(job);
  }

  @Override
  public Map<String, Double> metrics(JobId job, Collection<String> names) {
    return flink.metrics(job, names);
  }

  @Override
  public List<CheckpointTry> checkpointHistory(JobId job) {
    return flink.checkpointHistory(job);
  }

  @Override
  public List<Load> load(JobId job) {
    return flink.load(job);
  }

  // ---- savepoints ----

  /** The name makes it one savepoint, however often it is asked for. */
  private static String resource(String triggerId) {
    return "sp-" + triggerId;
  }

  @Override
  public void triggerSavepoint(
      JobId job, String triggerId, String directory, SavepointFormat format) {
    applications.createSavepoint(
        name,
        CmfSavepoint.builder(resource(triggerId))
            .path(directory)
            .format(
                format == SavepointFormat.NATIVE
                    ? CmfSavepointFormat.NATIVE
                    : CmfSavepointFormat.CANONICAL)
            .backoffLimit(BACKOFF_LIMIT)
            .build());
  }

  @Override
  public TriggerView savepoint(JobId job, String triggerId) {
    if (seen.mark(Marks.STOP).filter(triggerId::equals).isPresent()) {
      return stop();
    }
    Optional<CmfSavepoint> savepoint = applications.savepoint(name, resource(triggerId));
    if (savepoint.isEmpty()) {
      // Taken down by a stop of this start, although by an earlier trigger.
      return seen.isDown() && seen.mark(Marks.STOP).isPresent()
          ? stop()
          : view(TriggerView.State.UNKNOWN, "");
    }
    CmfSavepoint s = savepoint.get();
    return switch (s.state().map(Enum::name).orElse("")) {
      case "COMPLETED" ->
          s.path()
              .map(path -> view(TriggerView.State.COMPLETED, path))
              .orElseGet(() -> failed("CMF does not tell where the savepoint is"));
      case "FAILED", "ABANDONED" ->
          failed(
              s.state().orElseThrow()
                  + " after "
                  + s.failures()
                  + " failures: "
                  + s.error().map(Errors::words).orElse("CMF does not say why"));
      default -> view(TriggerView.State.IN_PROGRESS, "");
    };
  }

  private static TriggerView view(TriggerView.State state, String result) {
    return new TriggerView(state, result, Optional.empty());
  }

  private static TriggerView failed(String why) {
    return new TriggerView(
        TriggerView.State.FAILED, "", Optional.of(Failure.of(Failure.Kind.SNAPSHOT_FAILED, why)));
  }

  /**
   * One change of the specification, with the trigger in it: wanted suspended, with a savepoint.
   * The operator takes it, in the directory of its own configuration, and stops the job with it.
   */
  @Override
  public void stopWithSavepoint(
      JobId job, String triggerId, String directory, SavepointFormat format) {
    Marks m = look();
    if (m.mark(Marks.STOP).filter(triggerId::equals).isPresent() && !m.isWanted()) {
      return;
    }
    if (!m.launch().equals(seen.launch())) {
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.WRONG_STATE,
              "The application was changed by others: it is of start "
                  + m.launch().orElse("(none)")
                  + " now"),
          null);
    }
    if (format != SavepointFormat.CANONICAL) {
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.UNSUPPORTED,
              "With CMF a job is stopped with a savepoint in the format that the operator is"
                  + " configured for; take a NATIVE savepoint first, and stop then"),
          null);
    }
    // An environment that says how jobs stop would make this one a stop without savepoint.
    EnvironmentDefaults.require(applications.environmentDefaults().decided(settings.environment()));
    CmfApplication.Builder b =
        m.app().toBuilder()
            .annotation(Marks.STOP, triggerId)
            .annotation(Marks.STOP_AT, Instant.now().toString())
            .annotation(Marks.ERROR_BEFORE, Marks.cut(m.app().error().orElse("")))
            .field("suspended", "spec", "job", "state")
            .field(UpgradeMode.SAVEPOINT.text(), "spec", "job", "upgradeMode");
    applications.upsert(b.build());
  }

  private Marks look() {
    return applications
        .find(name)
        .orElseThrow(
            () ->
                BackendFault.permanent(
                    Failure.of(
                        Failure.Kind.WRONG_STATE, "CMF has no application '" + name + "' any more"),
                    null));
  }

  /** How far a stop is. */
  private TriggerView stop() {
    if (seen.isWanted()) {
      return view(TriggerView.State.UNKNOWN, "");
    }
    if (seen.isDown()) {
      // Not what it was restored from: then it was not stopped with a savepoint.
      return seen.stoppedWith()
          .filter(path -> !seen.isRestored(path))
          .map(path -> view(TriggerView.State.COMPLETED, path))
          .orElseGet(() -> view(TriggerView.State.UNKNOWN, ""));
    }
    boolean stillRuns = seen.app().jobState().filter("RUNNING"::equals).isPresent();
    Optional<String> why = seen.newError().filter(e -> stillRuns).map(Errors::words);
    Duration took =
        seen.stopAt().map(at -> Duration.between(at, Instant.now())).orElse(Duration.ZERO);
    if (why.isEmpty() && took.compareTo(settings.stopTimeout()) > 0) {
      why =
          Optional.of(
              "the operator has not stopped it within "
                  + settings.stopTimeout().toSeconds()
                  + " s: "
                  + seen.words());
    }
    if (why.isEmpty()) {
      return view(TriggerView.State.IN_PROGRESS, "");
    }
    // The operator would try again for ever, and stop the job when nobody expects it any more.
    applications.upsert(seen.app().toBuilder().field("running", "spec", "job", "state").build());
    return failed(why.get());
  }

  @Override
  public Optional<String> findSavepoint(JobId job, String directory) {
    return Optional.empty(); // the names of the resources tell
  }

  // ---- checkpoints ----

  @Override
  public void triggerCheckpoint(JobId job, String triggerId) {
    flink.triggerCheckpoint(job, triggerId);
  }

  @Override
  public TriggerView checkpoint(JobId job, String triggerId) {
    return flink.checkpoint(job, triggerId);
  }

  // ---- disposal ----

  @Override
  public String dispose(String location) {
    Optional<CmfSavepoint> resource =
        applications.savepoints(name).stream()
            .filter(s -> s.path().filter(location::equals).isPresent())
            .findFirst();
    if (settings.sharedFiles() && StateFiles.canSee(location)) {
      // The files first: a resource without files is found again, files without one are not.
      boolean unused = StateFiles.deleteSavepoint(location);
      resource.ifPresent(s -> applications.deleteSavepoint(name, s.name(), true));
      return GONE;
    }
    String digest = Applications.digest(location);
    if (resource.isEmpty()) {
      if (seen.mark(Marks.DISPOSED).filter(digest::equals).isPresent()) {
        return GONE; // that reply was lost, or its process died
      }
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.UNSUPPORTED,
              "CMF has no savepoint of this application at '"
                  + location
                  + "', so it cannot delete its data. Delete the files by hand"),
          null);
    }
    if (seen.isDown()) {
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.WRONG_STATE,
              "Only a running Flink can delete the data of " + location + "; resume first"),
          null);
    }
    // First who does it: once it is gone, CMF does not know that it ever was there.
    applications.upsert(look().app().toBuilder().annotation(Marks.DISPOSED, digest).build());
    applications.deleteSavepoint(name, resource.get().name(), false);
    return resource.get().name();
  }

  @Override
  public TriggerView disposal(String triggerId) {
    if (triggerId.equals(GONE)) {
      return view(TriggerView.State.COMPLETED, "");
    }
    Optional<CmfSavepoint> there = applications.savepoint(name, triggerId);
    return there.isEmpty()
        ? view(TriggerView.State.COMPLETED, "")
        : view(
            there.get().isPendingDeletion()
                ? TriggerView.State.IN_PROGRESS
                : TriggerView.State.UNKNOWN,
            "");
  }

  // ---- what CMF's operator would take for an accident ----

  @Override
  public void cancel(JobId job) {
    throw BackendFault.permanent(
        Failure.of(
            Failure.Kind.UNSUPPORTED,
            "A job of CMF is not canceled through Flink: its operator would start it again,"
                + " maybe without its state"),
        null);
  }

  @Override
  public Optional<Map<String, Bounds>> resourceRequirements(JobId job) {
    return Optional.empty();
  }

  @Override
  public void resourceRequirements(JobId job, Map<String, Bounds> bounds) {
    throw BackendFault.permanent(
        Failure.of(Failure.Kind.UNSUPPORTED, "With CMF a job is not rescaled in place by this SDK"),
        null);
  }
}
