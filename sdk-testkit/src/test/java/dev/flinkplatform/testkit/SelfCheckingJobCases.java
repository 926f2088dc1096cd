package dev.flinkplatform.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the embedded job on real Flink, and breaks what it is there to notice. One class per Flink
 * version below: failsafe would take equal names of nested classes for reruns of one test.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class SelfCheckingJobCases {

  private static final Map<String, String> CHECKPOINTS =
      Map.of("execution.checkpointing.interval", "200ms");

  private final String jarsProperty;

  private Path work;
  private MiniClusterProcess cluster;
  private String jar;
  private Path dir;
  private Path ledger;

  @SuppressWarnings("NullAway.Init") // JUnit calls the methods below first.
  SelfCheckingJobCases(String jarsProperty) {
    this.jarsProperty = jarsProperty;
  }

  @BeforeAll
  void startCluster(@TempDir Path work) throws IOException {
    this.work = work;
    Path jars = Path.of(requireNonNull(System.getProperty(jarsProperty), jarsProperty));
    cluster = MiniClusterProcess.start(jars, Files.createTempDirectory(work, "cluster"));
    jar = cluster.upload(SelfCheckingJob.jar());
  }

  @AfterAll
  void stopCluster() throws IOException {
    cluster.close();
  }

  @BeforeEach
  void makeLedger() throws IOException {
    dir = Files.createTempDirectory(work, "case");
    ledger = dir.resolve("ledger");
  }

  @Test
  void run_finite_finishesWithEachNumberCommittedOnce() throws IOException {
    String job = run(args().keys(5).rate(3000).finite(400), 2, null);

    awaitState(job, "FINISHED");
    Ledger seen = Ledger.read(ledger);
    assertThat(seen.committed()).as(seen.toString()).isEqualTo(2000);
    assertThat(seen.isExactlyOnce()).as(seen.toString()).isTrue();
    assertThat(seen.starts()).hasSize(1);
    for (int key = 0; key < 5; key++) {
      assertThat(seen.highest(key)).hasValue(399);
    }
  }

  @Test
  void run_shorterThanTheCheckpointInterval_commitsTheTail() throws IOException {
    // Flink makes a checkpoint at the end of data. Not much longer than the job: if that collides
    // with the one 2.3 makes at the start, the job only ends with the next.
    String job =
        run(
            args().keys(2).rate(400).finite(100).checkpointInterval(Duration.ofSeconds(3)),
            4,
            null);

    awaitState(job, "FINISHED");
    Ledger seen = Ledger.read(ledger);
    assertThat(seen.committed()).as(seen.toString()).isEqualTo(200);
    assertThat(seen.isExactlyOnce()).as(seen.toString()).isTrue();
  }

  @Test
  void run_withoutCheckpointing_commitsEachNumberAtOnce() throws IOException {
    String job = cluster.run(jar, args().keys(2).rate(2000).finite(50), 2, null, Map.of());

    awaitState(job, "FINISHED");
    assertThat(cluster.get("/jobs/" + job + "/checkpoints").at("/counts/total").asInt()).isZero();
    Ledger seen = Ledger.read(ledger);
    assertThat(seen.committed()).as(seen.toString()).isEqualTo(100);
    assertThat(seen.isExactlyOnce()).as(seen.toString()).isTrue();
  }

  @Test
  void run_crashOnce_recoversWithEachNumberCommittedOnce() throws IOException {
    String job =
        run(args().keys(4).rate(800).finite(400).crashOnceAt(300, dir.resolve("crashed")), 2, null);

    awaitState(job, "FINISHED");
    Ledger seen = Ledger.read(ledger);
    assertThat(dir.resolve("crashed")).exists();
    assertThat(seen.committed()).as(seen.toString()).isEqualTo(1600);
    assertThat(seen.isExactlyOnce()).as(seen.toString()).isTrue();
    assertThat(seen.starts()).hasSize(2);
    assertThat(seen.starts().get(0).restoredCheckpoint()).isEmpty();
    assertThat(seen.starts().get(1).restoredCheckpoint()).isPresent();
    assertThat(cluster.exceptions(job)).contains("self-inflicted crash at record 300");
  }

  @Test
  void restore_fromStopSavepointAtOtherParallelism_continuesExactly() throws IOException {
    String savepoint = null;
    long committed = 0;
    for (int parallelism : new int[] {3, 1, 4, 2}) {
      SelfCheckingJob.Args args = args().rate(1000).stateBytes(100);
      String job =
          run(savepoint == null ? args : args.failUnlessRestored(), parallelism, savepoint);
      awaitCommitted(committed + 300);
      savepoint = cluster.stopWithSavepoint(job, dir);
      awaitState(job, "FINISHED");
      Ledger seen = Ledger.read(ledger);
      assertThat(seen.isExactlyOnce()).as(seen.toString()).isTrue();
      committed = seen.committed();
    }
    Ledger stopped = Ledger.read(ledger);
    long last =
        stopped.keys().stream()
            .mapToLong(key -> stopped.highest(key).orElseThrow())
            .max()
            .orElseThrow();
    String job = run(args().rate(1000).finite(last + 100).failUnlessRestored(), 3, savepoint);
    awaitState(job, "FINISHED");
    Ledger seen = Ledger.read(ledger);
    assertThat(seen.committed()).as(seen.toString()).isEqualTo(8 * (last + 100));
    assertThat(seen.isExactlyOnce()).as(seen.toString()).isTrue();
    assertThat(seen.starts()).hasSize(5);
  }

  @Test
  void run_freshOnTheSameLedger_isSeenAsDuplicates() throws IOException {
    cancel(runUntilCommitted(200));
    Ledger before = Ledger.read(ledger);
    assertThat(before.isExactlyOnce()).as(before.toString()).isTrue();

    String job = run(args().rate(1000), 2, null);

    awaitTrue("duplicates in the ledger", () -> Ledger.read(ledger).duplicated() > 100);
    assertThat(cluster.state(job)).isEqualTo("RUNNING");
    cancel(job);
  }

  @Test
  void run_twoJobsAtOnce_isSeenAsDuplicates() throws IOException {
    String one = run(args().rate(500), 1, null);
    String other = run(args().rate(500), 1, null);

    awaitTrue("duplicates in the ledger", () -> Ledger.read(ledger).duplicated() > 100);
    cancel(one);
    cancel(other);
    assertThat(Ledger.read(ledger).lost()).isZero();
  }

  @Test
  void restore_fromRunningSavepointBeforeAnyLaterCommit_continuesExactly() throws IOException {
    // The interval is never over, but Flink 2.3 makes a checkpoint at the start all the same.
    String job = run(args().rate(1000).checkpointInterval(Duration.ofHours(1)), 2, null);
    awaitTrue("verified", () -> metric(job, "selfcheck.verified") > 1000);
    String savepoint = cluster.savepoint(job, dir);
    assertThat(Ledger.read(ledger).committed()).isLessThan(1000);
    cancel(job);

    String next = run(args().rate(1000).failUnlessRestored(), 3, savepoint);

    awaitCommitted(1500);
    cancel(next);
    Ledger seen = Ledger.read(ledger);
    assertThat(seen.isExactlyOnce()).as(seen.toString()).isTrue();
  }

  @Test
  void restore_fromOlderSavepointThanLastCommit_isSeenAsDuplicates() throws IOException {
    String job = runUntilCommitted(100);
    String savepoint = cluster.savepoint(job, dir);
    awaitCommitted(Ledger.read(ledger).committed() + 400);
    cancel(job);
    Ledger before = Ledger.read(ledger);
    assertThat(before.isExactlyOnce()).as(before.toString()).isTrue();

    String next = run(args().rate(1000), 2, savepoint);

    awaitTrue("duplicates in the ledger", () -> Ledger.read(ledger).duplicated() > 100);
    cancel(next);
    assertThat(Ledger.read(ledger).lost()).isZero();
  }

  @Test
  void restore_otherUids_isRefusedByFlink() throws IOException {
    String job = runUntilCommitted(50);
    String savepoint = cluster.stopWithSavepoint(job, dir);

    String next;
    try {
      next = run(args().uidSuffix("-other"), 2, savepoint);
    } catch (AssertionError refused) {
      assertThat(refused).hasMessageContaining("allowNonRestoredState");
      return;
    }
    awaitState(next, "FAILED");
    assertThat(cluster.exceptions(next)).contains("allowNonRestoredState");
  }

  @Test
  void restore_sourceWithoutItsState_failsForGoodWithDuplicate() throws IOException {
    assertThat(failureWithoutStateOf("source")).contains("duplicate: key=");
  }

  @Test
  void restore_verifyWithoutItsState_failsForGoodWithGap() throws IOException {
    assertThat(failureWithoutStateOf("verify")).contains("gap: key=").contains("expected=0 got=");
  }

  private String failureWithoutStateOf(String operator) throws IOException {
    String job = runUntilCommitted(50);
    String savepoint = cluster.stopWithSavepoint(job, dir);
    String next =
        cluster.run(
            jar,
            args().uidSuffix("-other", operator),
            2,
            savepoint,
            Map.of("flinkConfiguration", CHECKPOINTS, "allowNonRestoredState", true));
    awaitState(next, "FAILED");
    // The restart strategy would allow five more attempts.
    assertThat(Ledger.read(ledger).starts()).hasSize(2);
    return cluster.exceptions(next);
  }

  @Test
  void run_failUnlessRestoredWithoutState_fails() throws IOException {
    String job = run(args().failUnlessRestored(), 1, null);

    awaitState(job, "FAILED");
    assertThat(cluster.exceptions(job)).contains("not restored");
  }

  @Test
  void run_crashAlwaysOnOpen_fails() throws IOException {
    String job = run(args().crashAlwaysOnOpen(), 1, null);

    awaitState(job, "FAILED");
    assertThat(cluster.exceptions(job)).contains("self-inflicted crash in open");
  }

  @Test
  void run_mainThrows_isRefusedWithTheMessage() throws IOException {
    assertThat(cluster.runRefused(jar, args().mainThrows("no_such_luck"), 1))
        .contains("no_such_luck");
  }

  private SelfCheckingJob.Args args() {
    return SelfCheckingJob.args().ledger(ledger);
  }

  private String run(SelfCheckingJob.Args args, int parallelism, @Nullable String savepoint)
      throws IOException {
    return cluster.run(
        jar, args, parallelism, savepoint, Map.of("flinkConfiguration", CHECKPOINTS));
  }

  private String runUntilCommitted(long count) throws IOException {
    String job = run(args().rate(1000), 2, null);
    awaitCommitted(count);
    return job;
  }

  private void cancel(String job) throws IOException {
    cluster.cancel(job);
    awaitState(job, "CANCELED");
  }

  private long metric(String job, String name) throws IOException {
    List<JsonNode> vertices = new ArrayList<>();
    cluster.get("/jobs/" + job).path("vertices").forEach(vertices::add);
    long sum = 0;
    for (JsonNode vertex : vertices) {
      String path =
          "/jobs/" + job + "/vertices/" + vertex.path("id").asText() + "/subtasks/metrics";
      for (JsonNode value : cluster.get(path + "?get=verify." + name)) {
        sum += value.path("sum").asLong();
      }
    }
    return sum;
  }

  private void awaitCommitted(long count) {
    awaitTrue(
        count + " committed numbers in the ledger", () -> Ledger.read(ledger).committed() >= count);
  }

  private void awaitState(String job, String state) {
    Awaitility.await("job state " + state)
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(50))
        .failFast(
            "another final state",
            () -> {
              String now = cluster.state(job);
              return !now.equals(state) && List.of("FAILED", "FINISHED", "CANCELED").contains(now);
            })
        .until(() -> cluster.state(job).equals(state));
  }

  private static void awaitTrue(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(50))
        .until(condition);
  }
}
