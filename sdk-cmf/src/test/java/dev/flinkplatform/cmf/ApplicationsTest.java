package dev.flinkplatform.cmf;

import static dev.flinkplatform.cmf.ScriptedCmf.APP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.flinkplatform.JobId;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.cmf.rest.CmfSavepoint;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl.TriggerView;
import dev.flinkplatform.spi.Launch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What CMF answers itself, whatever Flink does, and what is not its own answer. */
class ApplicationsTest {

  private static final JobId JOB = new JobId("0".repeat(31) + "1");

  private final ScriptedCmf cmf = new ScriptedCmf();
  private Path records;
  private Applications applications;
  private CmfBackend backend;

  @BeforeEach
  void connect(@TempDir Path temporary) {
    records = temporary;
    applications = cmf.applications();
    backend = new CmfBackend(cmf.settings(records), applications);
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

  @Test
  void anyRequest_404OfAProxy_tellsNothing() {
    cmf.shows(
        Map.of(Marks.LAUNCH, "1"), Map.of("state", "running"), Map.of("lifecycleState", "STABLE"));
    CmfJobControl control =
        new CmfJobControl(
            applications,
            cmf.settings(records),
            APP,
            applications.find(APP).orElseThrow(),
            applications.flink(APP));
    cmf.starting = true;

    for (Runnable request :
        List.<Runnable>of(
            () -> backend.observe(APP),
            () -> backend.halt(APP),
            () -> backend.launch(launch()),
            () -> backend.discard(spec(), StateRetention.KEEP, List.of(), List.of()),
            () -> backend.ended(APP, JOB),
            () -> backend.latestCheckpoint(spec(), JOB),
            () -> control.savepoint(JOB, JobId.random().hex()),
            () -> control.disposal("sp-1"),
            () -> control.dispose("s3://bucket/sp-1"),
            () -> applications.environmentDefaults(),
            () -> applications.start(APP, Optional.empty()),
            () -> applications.delete(APP),
            () -> applications.instance(APP, "x"),
            () -> applications.savepoints(APP),
            () -> applications.createSavepoint(APP, CmfSavepoint.builder("sp-1").build()),
            () -> applications.deleteSavepoint(APP, "sp-1", true),
            () -> applications.detach(APP, "sp-1"),
            () -> applications.savepointUid(APP, "s3://bucket/sp-1"))) {
      BackendFault fault = catchThrowableOfType(BackendFault.class, request::run);
      assertThat(fault).isNotNull();
      assertThat(fault.retryable()).as("%s", fault).isTrue();
    }
  }

  private static Launch launch() {
    return new Launch(
        "1", spec(), JobId.random(), Optional.empty(), false, StateRestore.ClaimMode.NO_CLAIM, 1);
  }

  @ParameterizedTest
  @CsvSource({"READY", "DEPLOYED_NOT_READY", "MISSING"})
  void control_jobManagerNotReady_stillTellsOfASavepoint(String jobManager) {
    cmf.shows(
        Map.of(Marks.LAUNCH, "1"),
        Map.of("state", "running"),
        Map.of(
            "lifecycleState",
            "STABLE",
            "jobManagerDeploymentStatus",
            jobManager,
            "jobStatus",
            Map.of("jobId", JOB.hex(), "state", "RUNNING")));
    String trigger = JobId.random().hex();
    cmf.savepoints.put(
        "sp-" + trigger,
        Map.of(
            "metadata", Map.of("name", "sp-" + trigger),
            "spec", Map.of(),
            "status", Map.of("state", "IN_PROGRESS")));

    assertThat(backend.control(APP).orElseThrow().savepoint(JOB, trigger).state())
        .isEqualTo(TriggerView.State.IN_PROGRESS);
  }

  @Test
  void control_applicationOfOthersOrNone_isNone() {
    assertThat(backend.control(APP)).isEmpty();

    cmf.shows(Map.of(), Map.of("state", "running"), Map.of("lifecycleState", "STABLE"));

    assertThat(backend.control(APP)).isEmpty();
  }
}
