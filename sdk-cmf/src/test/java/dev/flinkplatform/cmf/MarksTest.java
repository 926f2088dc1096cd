package dev.flinkplatform.cmf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.cmf.rest.CmfApplication;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is concluded from what CMF shows of an application. */
class MarksTest {

  private static final String OLD = "0".repeat(31) + "1";
  private static final String NEW = "0".repeat(31) + "2";

  static Marks marks(String wanted, Map<String, Object> status, Map<String, String> annotations) {
    return new Marks(
        CmfApplication.of(
            Map.of(
                "metadata", Map.of("name", "orders", "annotations", annotations),
                "spec", Map.of("job", Map.of("state", wanted)),
                "status", status)));
  }

  /** Columns: wanted, lifecycle, JobManager, job state, job id, last reconciled; is it down? */
  @ParameterizedTest
  @CsvSource({
    "running,   SUSPENDED, MISSING, FINISHED, yes, suspended, false",
    "suspended, SUSPENDED, MISSING, FINISHED, yes, suspended, true",
    "suspended, STABLE,    READY,   RUNNING,  yes, running,   false",
    "suspended, UPGRADING, MISSING, CANCELED, yes, running,   false",
    // Operator 1.15 stays like this for ever after an asynchronous cancel.
    "suspended, UPGRADING, MISSING, CANCELED, yes, suspended, true",
    "suspended, UPGRADING, READY,   CANCELED, yes, suspended, true",
    "suspended, UPGRADING, READY,   FINISHED, yes, suspended, false",
    "suspended, CREATED,   MISSING, ,         no,  ,          true",
    "suspended, ,          ,        ,         no,  ,          true",
    "suspended, CREATED,   DEPLOYING, ,       no,  ,          false",
    "suspended, FAILED,    MISSING, ,         no,  ,          true",
    "suspended, FAILED,    MISSING, FAILED,   yes, running,   false",
    // Kubernetes refused the first deployment: the operator had given the job its id by then.
    "suspended, FAILED,    MISSING, RECONCILING, yes, ,       true",
    "suspended, FAILED,    ERROR,   RECONCILING, yes, ,       false",
    "suspended, CREATED,   MISSING, RECONCILING, yes, ,       true",
    "suspended, NEW_STATE, READY,   RUNNING,  yes, running,   false",
  })
  void isDown_whatCmfShows_isTold(
      String wanted,
      String lifecycle,
      String jobManager,
      String jobState,
      String hasJob,
      String reconciled,
      boolean down) {
    Map<String, Object> job = new LinkedHashMap<>();
    put(job, "state", jobState);
    put(job, "jobId", hasJob.equals("yes") ? OLD : null);
    Map<String, Object> status = new LinkedHashMap<>();
    status.put("jobStatus", job);
    put(status, "lifecycleState", lifecycle);
    put(status, "jobManagerDeploymentStatus", jobManager);
    if (reconciled != null) {
      status.put(
          "reconciliationStatus",
          Map.of("lastReconciledSpec", "{\"spec\":{\"job\":{\"state\": \"" + reconciled + "\"}}}"));
    }

    assertThat(marks(wanted, status, Map.of()).isDown()).isEqualTo(down);
  }

  private static void put(Map<String, Object> map, String key, @Nullable String value) {
    if (value != null) {
      map.put(key, value);
    }
  }

  @Test
  void job_statusStillOfTheOneBefore_isNotTakenForTheNewOne() {
    Map<String, Object> status = Map.of("jobStatus", Map.of("jobId", OLD, "state", "FINISHED"));

    assertThat(marks("running", status, Map.of(Marks.JOB_BEFORE, OLD)).job()).isEmpty();
    assertThat(marks("running", status, Map.of(Marks.JOB_BEFORE, NEW)).job())
        .contains(new JobId(OLD));
    assertThat(marks("running", status, Map.of()).job()).contains(new JobId(OLD));
    assertThat(marks("running", Map.of("jobStatus", Map.of("jobId", "odd")), Map.of()).job())
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "STABLE, FINISHED, true",
    "FAILED, FAILED, true",
    "DEPLOYED, RUNNING, false",
    // The id is that of the new job, the state still that of the old one.
    "UPGRADING, FINISHED, false",
    "CREATED, FINISHED, false",
  })
  void isOver_lifecycleAndJob_decideTogether(String lifecycle, String job, boolean over) {
    Map<String, Object> status =
        Map.of("lifecycleState", lifecycle, "jobStatus", Map.of("jobId", NEW, "state", job));

    assertThat(marks("running", status, Map.of(Marks.JOB_BEFORE, OLD)).isOver()).isEqualTo(over);
  }

  /**
   * Columns: how the operator would restore, the path in the status; what the job was stopped with.
   */
  @ParameterizedTest
  @CsvSource({
    "savepoint,  s3://b/sp-2, s3://b/sp-2",
    "savepoint,  s3://b/from, s3://b/from",
    // Of a start before this one: a start without state leaves it there.
    "savepoint,  s3://b/sp-1,",
    // By high availability's data: the path is not touched.
    "last-state, s3://b/sp-1,",
    "last-state, s3://b/from,",
    "stateless,  s3://b/sp-1,",
    "savepoint,  KUBERNETES_OPERATOR_LAST_STATE,",
    "savepoint, ,",
  })
  void stoppedWith_whatTheOperatorWouldRestore_isIt(
      String mode, @Nullable String path, @Nullable String stoppedWith) {
    Map<String, Object> job = new LinkedHashMap<>(Map.of("jobId", NEW, "state", "FINISHED"));
    put(job, "upgradeSavepointPath", path);
    Map<String, Object> status =
        Map.of(
            "lifecycleState",
            "SUSPENDED",
            "jobStatus",
            job,
            "reconciliationStatus",
            Map.of(
                "lastReconciledSpec",
                "{\"spec\":{\"job\":{\"state\":\"suspended\",\"upgradeMode\":\"" + mode + "\"}}}"));
    Map<String, String> annotations =
        Map.of(Marks.RESTORED_FROM, "s3://b/from", "flinkplatform.dev/state-before", "s3://b/sp-1");
    Marks marks =
        new Marks(
            CmfApplication.of(
                Map.of(
                    "metadata", Map.of("name", "orders", "annotations", annotations),
                    "spec", Map.of("job", Map.of("state", "suspended", "upgradeMode", "savepoint")),
                    "status", status)));

    assertThat(marks.stoppedWith()).isEqualTo(Optional.ofNullable(stoppedWith));
  }

  @Test
  void newError_sameWordsAsBefore_isNone() {
    Map<String, Object> status = Map.of("error", "x".repeat(300));

    assertThat(marks("running", status, Map.of(Marks.ERROR_BEFORE, "x".repeat(200))).newError())
        .isEmpty();
    assertThat(marks("running", status, Map.of(Marks.ERROR_BEFORE, "y")).newError()).isPresent();
    assertThat(marks("running", status, Map.of()).newError()).isPresent();
    assertThat(marks("running", Map.of(), Map.of()).newError()).isEmpty();
  }

  @Test
  void words_warning_isShown() {
    assertThat(
            marks("running", Map.of("warning", "the cluster cannot be reached"), Map.of()).words())
        .contains("warning: the cluster cannot be reached");
  }

  @Test
  void stopAt_notATime_isEmpty() {
    assertThat(marks("running", Map.of(), Map.of(Marks.STOP_AT, "soon")).stopAt())
        .isEqualTo(Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Job Not Found | Job Not Found",
        "{\"type\":\"X\",\"message\":\"no\"} | no",
        "{\"type\":\"X\",\"message\":\"a\",\"throwableList\":[{\"message\":\"b\"},{\"message\":\"c\"}]}"
            + " | a; caused by: c",
        "{\"type\":\"X\",\"message\":\"p\",\"additionalMetadata\":{\"reason\":\"ImagePullBackOff\"}}"
            + " | p (ImagePullBackOff)",
        "{\"type\":\"X\"} | X",
        "{broken | {broken",
      })
  void words_ofAnError_areForPeople(String error, String words) {
    assertThat(Errors.words(error)).isEqualTo(words);
    assertThat(Errors.failure(error).evidence()).isEqualTo(error);
  }

  @Test
  void failure_flinksWords_giveTheKind() {
    assertThat(Errors.failure("There is no operator; see allowNonRestoredState").kind())
        .isEqualTo(Failure.Kind.STATE_DOES_NOT_FIT);
  }
}
