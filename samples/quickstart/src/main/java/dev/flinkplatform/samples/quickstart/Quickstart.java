package dev.flinkplatform.samples.quickstart;

import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.TaskManagerStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.waiting.Condition;
import dev.flinkplatform.waiting.Verdict;
import dev.flinkplatform.waiting.WaitOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Walks one Flink application through its life, one verb of the SDK per step, on the Flink of this
 * machine.
 *
 * <p>The job counts and checks itself, and writes down outside of Flink what it committed. That
 * {@link Ledger} tells at the end whether a record was lost or processed twice.
 *
 * <p>Copy what you need: but for {@link ThisMachine} and the killed process, the same lines run on
 * every backend.
 */
public final class Quickstart {

  static final String NAME = "quickstart";

  private static final String FLINK = "2.3";

  /** How long a step may take at the most; on two cores none takes 20 s. */
  static final Duration PATIENCE = Duration.ofMinutes(2);

  private final FlinkPlatform platform;
  private final Path ledger;
  private final Console console;

  private Quickstart(FlinkPlatform platform, Path ledger, Console console) {
    this.platform = platform;
    this.ledger = ledger;
    this.console = console;
  }

  /**
   * Runs the quickstart; ends the JVM with exit code 1 if a step fails, or anything was lost or
   * processed twice.
   *
   * @param args none
   */
  public static void main(String[] args) {
    ThisMachine here = ThisMachine.ofSystemProperties();
    Console console = new Console(System.out, 10, here.directory());
    Goodbye goodbye = Goodbye.whenTheJvmEnds(here, console);
    boolean allWell = false;
    try {
      FlinkPlatform platform = goodbye.watch(here.connect());
      allWell = new Quickstart(platform, here.ledger(), console).run(here);
    } catch (FlinkPlatformException | IllegalStateException e) {
      goodbye.failed(e);
    }
    goodbye.end(allWell);
  }

  private boolean run(ThisMachine here) {
    console.say("Flink " + FLINK + ", on this machine: backend " + platform.info().backend());
    removeLeftovers(here);

    ApplicationSpec v1 =
        ApplicationSpec.builder(NAME)
            .flinkVersion(FLINK)
            .job(job(SelfCheckingJob.args().ledger(ledger)))
            .jobManager(Resources.of(1, "1g"))
            .taskManager(TaskManagerSpec.builder().resources(Resources.of(1, "1g")).build())
            .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build())
            // Flink's own keys go here: this scheduler can rescale a job without stopping it.
            .putFlinkConfig("jobmanager.scheduler", "adaptive")
            .putLabel("version", "1")
            .build();
    FlinkApplication app = deploy(v1);
    watch(app, Duration.ofSeconds(3));
    savepoint(app);
    rescale(app, 2);

    ApplicationSpec v2 =
        v1.toBuilder()
            .job(job(SelfCheckingJob.args().ledger(ledger).rate(400)))
            .parallelism(2)
            .putLabel("version", "2")
            .build();
    upgrade(app, v2);

    ApplicationSpec v3 =
        v2.toBuilder()
            .job(job(SelfCheckingJob.args().ledger(ledger).uidSuffix("-renamed")))
            .putLabel("version", "3")
            .build();
    upgradeThatCannotWork(app, v3);

    killTaskManager(app);
    repair(app, v2);
    delete(app);
    return verdict(here);
  }

  private static JobSpec job(SelfCheckingJob.Args args) {
    return JobSpec.jar(SelfCheckingJob.jar())
        .entryClass(SelfCheckingJob.entryClass())
        .args(args.toList())
        .build();
  }

  /** A run that was killed left its application behind, perhaps in the middle of an operation. */
  private void removeLeftovers(ThisMachine here) {
    console.step("Look for what an earlier run left behind");
    boolean found = removeApplication(platform);
    here.deleteLedger();
    console.done(found ? "an application, deleted" : "nothing");
  }

  /** Deletes the application if it is there; replaces an operation whose process was killed. */
  static boolean removeApplication(FlinkPlatform platform) {
    boolean found = false;
    for (FlinkApplication app : platform.applications()) {
      if (app.name().equals(NAME)) {
        app.delete(StateRetention.PURGE).await(PATIENCE);
        found = true;
      }
    }
    return found;
  }

  private FlinkApplication deploy(ApplicationSpec spec) {
    console.step("Deploy: a JobManager, a TaskManager, version 1 of the job");
    FlinkApplication app = finish(platform.deploy(spec));
    ApplicationStatus status = app.status();
    console.detail("web UI: " + status.webUi().map(Object::toString).orElse("none"));
    console.done(status.state() + ": " + status.backendState());
    return app;
  }

  private void watch(FlinkApplication app, Duration howLong) {
    console.step("Watch it for " + howLong.toSeconds() + " s");
    long end = System.nanoTime() + howLong.toNanos();
    app.await(
        Condition.of(
            "watched for " + howLong,
            status -> {
              console.detail(progress(app));
              return System.nanoTime() < end ? Verdict.notYet("too early") : Verdict.met();
            }),
        WaitOptions.atMost(PATIENCE).every(Duration.ofSeconds(1)));
    console.done("records are committed with every checkpoint");
  }

  private void savepoint(FlinkApplication app) {
    console.step("Take a savepoint; the job goes on");
    Savepoint savepoint = finish(app.savepoint());
    console.done(savepoint.location());
  }

  private void rescale(FlinkApplication app, int parallelism) {
    console.step("Rescale to parallelism " + parallelism);
    RescaleResult result = finish(app.rescale(parallelism));
    console.detail(progress(app));
    console.done(
        "from parallelism " + result.from() + " to " + result.to() + ": " + result.mechanism());
  }

  private void upgrade(FlinkApplication app, ApplicationSpec spec) {
    console.step("Upgrade to version 2: twice as fast, from version 1's state");
    finish(app.upgrade(spec, StateRestore.latest()));
    console.detail(progress(app));
    console.done("version " + app.spec().labels().get("version") + " runs");
  }

  private void upgradeThatCannotWork(FlinkApplication app, ApplicationSpec spec) {
    console.step("Upgrade to version 3, which cannot read the state");
    try {
      finish(app.upgrade(spec, StateRestore.latest()));
      throw new IllegalStateException("Version 3 runs, and should not");
    } catch (OperationFailedException e) {
      if (!e.status().rolledBack()) {
        throw e;
      }
      console.detail("upgrade failed: " + e.status().failure().map(Failure::kind).orElseThrow());
    }
    console.detail(progress(app));
    console.done("rolled back: version " + app.spec().labels().get("version") + " runs again");
  }

  private void killTaskManager(FlinkApplication app) {
    TaskManagerStatus victim = app.status().taskManagers().get(0);
    console.step("Kill " + victim.id() + " with SIGKILL");
    long pid = ThisMachine.kill(victim);
    ApplicationStatus status =
        app.await(
            Condition.of(
                "the loss is noticed",
                s ->
                    s.state() == ApplicationState.RUNNING && s.taskManagers().contains(victim)
                        ? Verdict.notYet("not noticed yet")
                        : Verdict.met()),
            PATIENCE);
    console.done("pid " + pid + " is dead; the application is " + status.state());
  }

  private void repair(FlinkApplication app, ApplicationSpec spec) {
    console.step("Apply the specification again: what is missing is started");
    long before = Ledger.read(ledger).committed();
    finish(platform.apply(spec));
    ApplicationStatus status =
        app.await(
            Condition.of(
                "more than " + before + " records are committed",
                s ->
                    Ledger.read(ledger).committed() > before
                        ? Condition.runningAt(spec.parallelism()).check(s)
                        : Verdict.notYet("none was committed yet")),
            PATIENCE);
    console.detail("restored from " + status.restoredFrom().orElse("nothing"));
    console.detail(progress(app));
    console.done(status.state() + ": " + status.backendState());
  }

  private void delete(FlinkApplication app) {
    console.step("Delete it, and its state");
    finish(app.delete(StateRetention.PURGE));
    console.done(app.status().state().toString());
  }

  private boolean verdict(ThisMachine here) {
    Ledger all = Ledger.read(ledger);
    long processes = here.flinkProcesses();
    console.say("");
    console.say("Records committed:   " + all.committed());
    console.say("Records lost:        " + all.lost());
    console.say("Records duplicated:  " + all.duplicated());
    console.say("Processes left:      " + processes);
    console.say("Time:                " + console.elapsed());
    return all.committed() > 0 && all.isExactlyOnce() && processes == 0;
  }

  private String progress(FlinkApplication app) {
    ApplicationStatus status = app.status();
    double verified =
        app.metrics(List.of("selfcheck.verified")).getOrDefault("selfcheck.verified", 0.0);
    return "parallelism "
        + status.parallelism()
        + ", records verified since its start "
        + (long) verified
        + ", committed in all "
        + Ledger.read(ledger).committed();
  }

  /** Shows what an operation does, and waits for its end. */
  private <T> T finish(Operation<T> operation) {
    operation.onProgress(
        p -> {
          // Its end is told by the step.
          if (!operation.status().state().hasEnded()) {
            console.detail(p.message());
          }
        });
    return operation.await(PATIENCE);
  }
}
