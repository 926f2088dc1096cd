package dev.flinkplatform.cmf;

import static dev.flinkplatform.cmf.ScriptedCmf.APP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.status.CheckpointInfo;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which state there is, and how a job is taken down so that this can be told, where the SDK does
 * not see Flink's files and CMF shows what the real operator writes.
 */
class StateTest {

  private static final JobId JOB = new JobId("0".repeat(31) + "1");
  private static final Map<String, String> OURS = Map.of(Marks.LAUNCH, "1");

  private final ScriptedCmf cmf = new ScriptedCmf();
  private CmfBackend backend;

  @BeforeEach
  void connect(@TempDir Path records) {
    backend = new CmfBackend(cmf.settings(records), cmf.applications());
  }

  @AfterEach
  void close() {
    backend.close();
    cmf.close();
  }

  private static ApplicationSpec spec() {
    return ApplicationSpec.builder(APP)
        .flinkVersion("2.3")
        .job(JobSpec.jar("/opt/flink/usrlib/orders.jar").build())
        .build();
  }

  private Optional<String> latest() {
    return backend.latestCheckpoint(spec(), JOB).map(CheckpointInfo::location);
  }

  private void latestCannotBeTold() {
    BackendFault fault = catchThrowableOfType(BackendFault.class, this::latest);
    assertThat(fault).isNotNull();
    assertThat(fault.retryable()).isFalse();
    assertThat(fault.failure().kind()).isEqualTo(Failure.Kind.STATE_UNREADABLE);
  }

  private static Map<String, Object> job(String state, String upgradeMode) {
    return Map.of("state", state, "upgradeMode", upgradeMode);
  }

  /** A status as the operator writes it. */
  private static Map<String, Object> status(
      @Nullable String lifecycle,
      @Nullable String jobManager,
      @Nullable String jobState,
      @Nullable String path,
      @Nullable String reconciled) {
    Map<String, Object> job = new LinkedHashMap<>();
    put(job, "jobId", jobState == null ? null : JOB.hex());
    put(job, "state", jobState);
    put(job, "upgradeSavepointPath", path);
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("jobStatus", job);
    put(out, "lifecycleState", lifecycle);
    put(out, "jobManagerDeploymentStatus", jobManager);
    if (reconciled != null) {
      String[] word = reconciled.split("/", -1);
      out.put(
          "reconciliationStatus",
          Map.of(
              "lastReconciledSpec",
              "{\"spec\":{\"job\":{\"state\":\""
                  + word[0]
                  + "\",\"upgradeMode\":\""
                  + word[1]
                  + "\"}}}"));
    }
    return out;
  }

  private static void put(Map<String, Object> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }

  // ---- the newest state ----

  @Test
  void latestCheckpoint_applicationDeletedByOthers_cannotBeTold() {
    latestCannotBeTold();
  }

  @Test
  void latestCheckpoint_madeAnewByOthers_cannotBeTold() {
    cmf.shows(
        Map.of(), job("suspended", "savepoint"), status("CREATED", "MISSING", null, null, null));

    latestCannotBeTold();
  }

  @Test
  void latestCheckpoint_deployedAndTheStatusIsEmpty_cannotBeTold() {
    cmf.shows(
        OURS,
        job("suspended", "savepoint"),
        status("SUSPENDED", "MISSING", null, null, "suspended/last-state"));

    latestCannotBeTold();
  }

  @ParameterizedTest
  @CsvSource({"CREATED,,", ",,", "FAILED, MISSING,", "FAILED, MISSING, RECONCILING"})
  void latestCheckpoint_neverDeployed_isNone(
      @Nullable String lifecycle, @Nullable String jobManager, @Nullable String jobState) {
    cmf.shows(
        OURS, job("suspended", "stateless"), status(lifecycle, jobManager, jobState, null, null));

    assertThat(latest()).isEmpty();
  }

  /** Columns: path in the status, how the operator would restore, the mark; the newest state. */
  @ParameterizedTest
  @CsvSource({
    "s3://b/chk-7, suspended/savepoint, , s3://b/chk-7",
    "s3://b/from,  suspended/savepoint, , s3://b/from",
    ",             suspended/savepoint, ,",
    // Flink itself told, after its job had ended.
    "s3://b/old,   suspended/savepoint, s3://b/chk-9, s3://b/chk-9",
    "s3://b/old,   suspended/savepoint, none,",
  })
  void latestCheckpoint_canceledByTheOperator_isWhatItWroteDown(
      @Nullable String path, String reconciled, @Nullable String mark, @Nullable String newest) {
    Map<String, String> annotations = new LinkedHashMap<>(OURS);
    annotations.put(Marks.RESTORED_FROM, "s3://b/from");
    if (mark != null) {
      annotations.put(Marks.CHECKPOINT, mark);
    }
    cmf.shows(
        annotations,
        job("suspended", "last-state"),
        status("UPGRADING", "READY", "CANCELED", path, reconciled));

    assertThat(latest()).isEqualTo(Optional.ofNullable(newest));
  }

  @Test
  void latestCheckpoint_takenDownWithHighAvailability_cannotBeTold() {
    cmf.shows(
        OURS,
        job("suspended", "last-state"),
        status("SUSPENDED", "MISSING", "FINISHED", "s3://b/sp-1", "suspended/last-state"));

    latestCannotBeTold();
  }

  // ---- taking a job down ----

  private static Map<String, Object> flinkJob(String state) {
    return Map.of("jid", JOB.hex(), "name", APP, "state", state, "vertices", List.of());
  }

  private void flinkSays(@Nullable String state) {
    if (state != null) {
      String path = "/jobs/" + JOB.hex();
      cmf.flink.put(path, state.matches("\\d+") ? Integer.valueOf(state) : flinkJob(state));
      cmf.flink.put(path + "/checkpoints", Map.of("counts", Map.of(), "latest", Map.of()));
    }
  }

  private Map<?, ?> written(String... path) {
    Object at = cmf.written.get(cmf.written.size() - 1);
    for (String key : path) {
      at = Objects.requireNonNull(((Map<?, ?>) at).get(key), key);
    }
    return (Map<?, ?>) at;
  }

  /**
   * Columns: lifecycle, JobManager, what the operator says of the job, and Flink; what is asked.
   */
  @ParameterizedTest
  @CsvSource({
    "STABLE,   READY,     RUNNING,     RUNNING,    last-state,",
    "STABLE,   READY,     RESTARTING,  RESTARTING, last-state,",
    "STABLE,   READY,     FAILING,     FAILING,    last-state,",
    "DEPLOYED, READY,     INITIALIZING, INITIALIZING, last-state,",
    "STABLE,   READY,     RUNNING,     ,           last-state,",
    "STABLE,   READY,     RUNNING,     503,        last-state,",
    "DEPLOYED, READY,     RECONCILING, RUNNING,    last-state,",
    "DEPLOYED, READY,     RECONCILING, 503,        last-state,",
    "DEPLOYED, READY,     RECONCILING, ,           stateless,",
    "DEPLOYED, DEPLOYING, RECONCILING, ,           stateless,",
    "STABLE,   READY,     RUNNING,     FINISHED,   stateless, none",
    "FAILED,   READY,     FAILED,      FAILED,     stateless, none",
  })
  void halt_jobThatMayMakeCheckpoints_isCanceledByTheOperator(
      String lifecycle,
      String jobManager,
      String jobState,
      @Nullable String flink,
      String upgradeMode,
      @Nullable String checkpoint) {
    flinkSays(flink);
    cmf.shows(
        OURS,
        job("running", "savepoint"),
        status(lifecycle, jobManager, jobState, null, "running/savepoint"));

    assertThat(backend.halt(APP)).isFalse();

    assertThat(written("spec", "job"))
        .isEqualTo(Map.of("state", "suspended", "upgradeMode", upgradeMode));
    assertThat(Optional.ofNullable(written("metadata", "annotations").get(Marks.CHECKPOINT)))
        .isEqualTo(Optional.ofNullable(checkpoint));
  }

  @Test
  void halt_jobEndedAfterACheckpoint_notesWhichAndWhen() {
    flinkSays("FAILED");
    cmf.flink.put(
        "/jobs/" + JOB.hex() + "/checkpoints",
        Map.of(
            "counts",
            Map.of(),
            "latest",
            Map.of(
                "completed",
                Map.of(
                    "id",
                    7,
                    "status",
                    "COMPLETED",
                    "external_path",
                    "s3://b/chk-7",
                    "latest_ack_timestamp",
                    1_700_000_000_000L,
                    "trigger_timestamp",
                    1_699_999_999_000L))));
    cmf.shows(
        OURS,
        job("running", "savepoint"),
        status("FAILED", "READY", "FAILED", null, "running/savepoint"));

    assertThat(backend.halt(APP)).isFalse();

    assertThat(written("metadata", "annotations").get(Marks.CHECKPOINT)).isEqualTo("s3://b/chk-7");
    assertThat(written("metadata", "annotations").get(Marks.CHECKPOINT_AT))
        .isEqualTo("2023-11-14T22:13:20Z");
  }

  @Test
  void latestCheckpoint_ofAJobThatHadEnded_isAsOldAsItIs() {
    Map<String, String> annotations = new LinkedHashMap<>(OURS);
    annotations.put(Marks.CHECKPOINT, "s3://b/chk-7");
    annotations.put(Marks.CHECKPOINT_AT, "2023-11-14T22:13:20Z");
    cmf.shows(
        annotations,
        job("suspended", "stateless"),
        status("SUSPENDED", "MISSING", "FAILED", null, "suspended/stateless"));

    assertThat(backend.latestCheckpoint(spec(), JOB).map(CheckpointInfo::completedAt))
        .contains(Instant.parse("2023-11-14T22:13:20Z"));
  }

  @Test
  void halt_afterAnOldStop_countsFromNow() {
    flinkSays("RUNNING");
    Map<String, String> annotations = new LinkedHashMap<>(OURS);
    annotations.put(Marks.STOP_AT, "2020-01-01T00:00:00Z");
    cmf.shows(
        annotations,
        job("running", "savepoint"),
        status("STABLE", "READY", "RUNNING", null, "running/savepoint"));
    Instant before = Instant.now();

    assertThat(backend.halt(APP)).isFalse();

    String at = (String) written("metadata", "annotations").get(Marks.STOP_AT);
    assertThat(Instant.parse(at)).isAfterOrEqualTo(before);
  }

  /** Columns: what Flink says, the status' error, since when; what is asked then, if anything. */
  @ParameterizedTest
  @CsvSource({
    "RUNNING,   ,    2999-01-01T00:00:00Z,",
    "RUNNING,   ,    2020-01-01T00:00:00Z, stateless",
    "RUNNING,   odd, 2999-01-01T00:00:00Z,",
  })
  void halt_operatorDoesNotCancel_isToldToDoWithoutInTheEnd(
      String flink, @Nullable String error, String since, @Nullable String then) {
    flinkSays(flink);
    Map<String, String> annotations = new LinkedHashMap<>(OURS);
    annotations.put(Marks.STOP_AT, since);
    Map<String, Object> status = status("STABLE", "READY", flink, null, "running/savepoint");
    put(status, "error", error);
    cmf.shows(annotations, job("suspended", "last-state"), status);

    assertThat(backend.halt(APP)).isFalse();

    if (then == null) {
      assertThat(cmf.written).isEmpty();
    } else {
      assertThat(written("spec", "job").get("upgradeMode")).isEqualTo(then);
    }
  }

  @Test
  void halt_canceledWithoutCheckpointAndTheOperatorRefuses_isToldThatThereIsNone() {
    flinkSays("CANCELED");
    Map<String, String> annotations = new LinkedHashMap<>(OURS);
    annotations.put(Marks.STOP_AT, "2999-01-01T00:00:00Z");
    Map<String, Object> status =
        status("UPGRADING", "READY", "CANCELED", null, "running/savepoint");
    status.put("error", "Job is in terminal state but last checkpoint is unknown");
    cmf.shows(annotations, job("suspended", "last-state"), status);

    assertThat(backend.halt(APP)).isFalse();

    assertThat(written("spec", "job").get("upgradeMode")).isEqualTo("stateless");
    assertThat(written("metadata", "annotations").get(Marks.CHECKPOINT)).isEqualTo(Marks.NONE);
  }
}
