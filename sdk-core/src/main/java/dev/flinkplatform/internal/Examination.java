package dev.flinkplatform.internal;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.Verb;
import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.diagnosis.Finding;
import dev.flinkplatform.diagnosis.Finding.Code;
import dev.flinkplatform.diagnosis.Finding.Severity;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.internal.logs.TaskManagerLog;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Failures;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.JobControl.ClusterView;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.TaskManagerStatus;
import dev.flinkplatform.status.VertexStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One examination by the {@link Doctor}. Used once, by one thread. */
final class Examination {

  private static final Logger logger = LoggerFactory.getLogger(Examination.class);

  private static final int LOG_BYTES = 128 * 1024;

  /** How long a TaskManager may take to register before that is worth a word. */
  private static final Duration REGISTRATION = Duration.ofMinutes(1);

  private final PlatformBackend backend;
  private final StatusReader statusReader;
  private final AppRecord record;
  private final DiagnosisOptions options;
  private final Instant now;
  private final List<Finding> findings = new ArrayList<>();

  /** Whether an operation is starting or stopping processes at this moment. */
  private final boolean changing;

  private boolean flinkAnswers = true;

  Examination(
      Backends backends,
      StatusReader statusReader,
      AppRecord record,
      DiagnosisOptions options,
      Instant now) {
    this.backend = backends.of(record);
    this.statusReader = statusReader;
    this.record = record;
    this.options = options;
    this.now = now;
    this.changing = record.active != null && record.active.touched;
  }

  Diagnosis run() {
    Optional<Live> live = ask("the backend", () -> Live.look(backend, record));
    boolean leaving = record.active != null && record.active.verb == Verb.DELETE;
    if (live.isPresent() && record.desired == Desired.RUNNING && !leaving) {
      cluster(live.get());
    }
    Optional<ApplicationSpec> spec =
        ask("the backend", () -> specification().map(backend::complete)).flatMap(s -> s);
    spec.ifPresent(this::places);
    findings.sort(Comparator.comparing(Finding::severity));
    ApplicationState state =
        live.flatMap(l -> ask("the backend", () -> statusReader.state(record, l)))
            .orElse(ApplicationState.UNKNOWN);
    return new Diagnosis(record.name, state, now, findings);
  }

  /** What runs, or should: the last start, else what is desired. */
  private Optional<ApplicationSpec> specification() {
    return record.launch == null
        ? record.specification()
        : Optional.of(record.launch.specification());
  }

  // ---- asking ----

  /** Asks somebody; who cannot be asked is a finding, once. */
  private <T> Optional<T> ask(String whom, Supplier<T> question) {
    try {
      return Optional.of(question.get());
    } catch (BackendFault e) {
      add(couldNotAsk(whom, e));
    } catch (RuntimeException e) {
      logger.warn("Diagnosis of {}: asking {} failed by a fault of the SDK", record.name, whom, e);
      add(
          couldNotAsk(
              whom, BackendFault.permanent(Failure.of(Failure.Kind.OTHER, e.toString()), e)));
    }
    return Optional.empty();
  }

  /** Asks Flink, unless it did not answer before: each question may take as long as a timeout. */
  private <T> Optional<T> askFlink(Supplier<T> question) {
    if (!flinkAnswers) {
      return Optional.empty();
    }
    Optional<T> answer = ask("Flink", question);
    flinkAnswers = answer.isPresent();
    return answer;
  }

  private void add(Finding finding) {
    boolean known =
        findings.stream()
            .anyMatch(f -> f.code() == finding.code() && f.summary().equals(finding.summary()));
    if (!known) {
      findings.add(finding);
    }
  }

  private void error(Code code, String summary, List<String> evidence, String advice) {
    add(new Finding(code, Severity.ERROR, summary, evidence, advice));
  }

  private void warning(Code code, String summary, List<String> evidence, String advice) {
    add(new Finding(code, Severity.WARNING, summary, evidence, advice));
  }

  static Finding couldNotAsk(String whom, BackendFault fault) {
    return new Finding(
        Code.COULD_NOT_ASK,
        Severity.WARNING,
        whom + " could not be asked: " + Text.line(fault.failure().message()),
        List.of(),
        fault.retryable()
            ? "Try again; what depends on it is not in this diagnosis"
            : "See the cause; what depends on it is not in this diagnosis");
  }

  // ---- the cluster ----

  private void cluster(Live live) {
    if (!live.hasJobManager()) {
      dead(live);
      return;
    }
    live.unreachable()
        .ifPresent(
            why -> {
              flinkAnswers = false;
              add(couldNotAsk("Flink", BackendFault.unavailable(why, null)));
            });
    AppRecord.@Nullable LaunchRecord launch = record.launch;
    boolean ours = launch != null && live.cluster().launchId().equals(Optional.of(launch.id));
    Optional<JobControl> control = live.cluster().control().filter(c -> ours);
    Optional<ClusterView> view = control.flatMap(c -> askFlink(c::cluster));
    taskManagers(live, view);
    view.ifPresent(v -> slots(live, v));
    if (launch != null && live.jobControl().isPresent()) {
      job(live, live.jobControl().get(), launch.job());
    }
  }

  private void dead(Live live) {
    Optional<Failure> failure = live.cluster().failure();
    if (failure.isPresent() && !(changing && live.cluster().retryable())) {
      error(
          Code.CLUSTER_DEAD,
          Text.line(failure.get().message()),
          withSupervision(Text.end(failure.get().evidence())),
          Advice.of(failure.get().kind())
              + ". FlinkPlatform.apply() or restart() starts the application again from its latest state");
    } else if (!changing && record.launch != null) {
      error(
          Code.CLUSTER_DEAD,
          "no JobManager runs",
          withSupervision(List.of(live.cluster().detail())),
          "FlinkPlatform.apply() or restart() starts the application again from its latest state");
    }
  }

  /** Why nobody starts it again is part of the evidence. */
  private List<String> withSupervision(List<String> evidence) {
    List<String> all = new ArrayList<>(evidence);
    Optional.ofNullable(record.gaveUp).ifPresent(all::add);
    return all;
  }

  private void taskManagers(Live live, Optional<ClusterView> view) {
    int alive = live.cluster().taskManagers();
    int wanted = live.cluster().taskManagersWanted();
    int registered = view.map(v -> v.taskManagers().size()).orElse(alive);
    if (alive >= wanted && registered >= alive) {
      return;
    }
    List<TaskManagerLog> logs =
        backend.capabilities().contains(Capability.LOGS)
            ? ask("the logs", () -> TaskManagerLog.read(backend.logs(record.name, LOG_BYTES)))
                .orElse(List.of())
            : List.of();
    if (alive < wanted) {
      died(wanted - alive, wanted, logs);
    }
    if (registered < alive) {
      notRegistered(alive - registered, alive, logs);
    }
  }

  private void died(int missing, int wanted, List<TaskManagerLog> logs) {
    Optional<TaskManagerLog> last =
        logs.stream().limit(wanted).filter(l -> l.death().isPresent()).findFirst();
    if (changing && last.isEmpty()) {
      return; // not started yet
    }
    String who = missing + " of " + wanted + " TaskManagers do not run";
    String advice =
        "FlinkPlatform.apply() with the present specification starts those that are missing";
    if (last.isEmpty()) {
      error(
          Code.TASK_MANAGER_DIED,
          who + ", and their logs do not say why; they may have been killed",
          withSupervision(List.of()),
          "Look for the kernel's out-of-memory killer. " + advice);
      return;
    }
    var death = last.get().death().orElseThrow();
    error(
        Code.TASK_MANAGER_DIED,
        who + ": " + death.summary(),
        withSupervision(List.of(last.get().process() + ": " + death.kind())),
        switch (death.kind()) {
              case CONFIGURATION, JVM_START ->
                  "Correct the configuration (memory and env.java.opts.taskmanager, above all). ";
              case OUT_OF_MEMORY -> "Give TaskManagers more memory: taskManager.resources. ";
              default -> "See the TaskManager's log: logs(). ";
            }
            + advice);
  }

  private void notRegistered(int missing, int alive, List<TaskManagerLog> logs) {
    String who = missing + " of " + alive + " TaskManagers run and are not registered";
    // The latest started: logs of those that are gone look the same.
    List<TaskManagerLog> stuck =
        logs.stream().filter(l -> l.problem().isPresent()).limit(missing).toList();
    if (!stuck.isEmpty()) {
      TaskManagerLog.Problem problem = stuck.get(0).problem().orElseThrow();
      error(
          Code.TASK_MANAGER_NOT_REGISTERED,
          who + ": " + problem.what(),
          stuck.stream()
              .map(l -> l.process() + ": " + Text.line(l.problem().orElseThrow().line()))
              .toList(),
          problem.advice());
    } else if (!changing
        && logs.stream().anyMatch(l -> !l.registered() && l.age().compareTo(REGISTRATION) > 0)) {
      error(
          Code.TASK_MANAGER_NOT_REGISTERED,
          who + ", and their logs do not say why",
          List.of(),
          "Look into their logs, logs(), and into the JobManager's");
    }
  }

  /** A job in a session cluster is not to blame for the cluster's TaskManagers. */
  private void slots(Live live, ClusterView view) {
    ApplicationSpec spec = specification().orElseThrow();
    if (!record.isJob()) {
      slotsPerTaskManager(spec, view);
    }
    if (!record.session) {
      freeSlots(live, spec, view);
    }
  }

  private void slotsPerTaskManager(ApplicationSpec spec, ClusterView view) {
    int asked = spec.taskManager().slots();
    List<TaskManagerStatus> other =
        view.taskManagers().stream().filter(t -> t.slots() != asked).toList();
    if (!other.isEmpty()) {
      warning(
          Code.SLOTS_PER_TASK_MANAGER,
          other.size()
              + " of "
              + view.taskManagers().size()
              + " TaskManagers offer "
              + other.get(0).slots()
              + " slots; the specification says "
              + asked,
          other.stream().limit(5).map(t -> t.id() + ": " + t.slots() + " slots").toList(),
          "Somebody changed taskmanager.numberOfTaskSlots behind the specification: restart(), or"
              + " say taskManager.slots in it");
    }
  }

  private void freeSlots(Live live, ApplicationSpec spec, ClusterView view) {
    int parallelism = parallelism(live, spec);
    boolean runs = live.allRunning();
    // Slots of a session cluster may be taken by other jobs.
    int there = record.isJob() && !runs ? view.slotsFree() : view.slotsTotal();
    if ((runs && live.parallelism() >= parallelism)
        || live.jobState().isTerminal()
        || there >= parallelism) {
      return;
    }
    boolean explained =
        findings.stream()
            .anyMatch(
                f ->
                    f.code() == Code.TASK_MANAGER_DIED
                        || f.code() == Code.TASK_MANAGER_NOT_REGISTERED
                        || f.code() == Code.SLOTS_PER_TASK_MANAGER);
    if (changing
        && !explained
        && view.taskManagers().size() < live.cluster().taskManagersWanted()) {
      return; // They are still coming.
    }
    add(
        new Finding(
            Code.NO_FREE_SLOTS,
            runs ? Severity.WARNING : Severity.ERROR,
            "the job needs "
                + parallelism
                + " slots and there are "
                + there
                + (record.isJob() && !runs ? " free" : "")
                + (runs ? "; it runs at parallelism " + live.parallelism() : "; it does not run"),
            List.of(
                "slots: "
                    + view.slotsTotal()
                    + " in all, "
                    + view.slotsFree()
                    + " free; registered TaskManagers: "
                    + view.taskManagers().size()),
            explained
                ? "See to the TaskManagers first"
                : record.isJob()
                    ? "Ask for more TaskManagers (SessionCluster.scaleTaskManagers()), or for less"
                        + " parallelism"
                    : "Ask for more TaskManagers or slots (taskManager.replicas, taskManager.slots),"
                        + " or for less parallelism; look whether the program sets a parallelism"
                        + " itself"));
  }

  /** The parallelism that is asked for: by the specification, or by the program. */
  private int parallelism(Live live, ApplicationSpec spec) {
    int desired =
        record.active == null
            ? record.specification().orElse(spec).parallelism()
            : spec.parallelism();
    return live.job()
        .map(
            j ->
                Math.max(
                    desired,
                    j.vertices().stream().mapToInt(VertexStatus::parallelism).max().orElse(0)))
        .orElse(desired);
  }

  // ---- the job ----

  private void job(Live live, JobControl control, JobId job) {
    if (live.jobState() == JobState.FAILED) {
      askFlink(() -> Causes.ofJob(live, job, "the job failed for good"))
          .ifPresent(
              cause ->
                  error(
                      Code.JOB_FAILED,
                      Text.line(cause.message()),
                      Text.begin(cause.evidence()),
                      Advice.of(cause.kind())
                          + ". resume() or upgrade() starts it again from its latest state"));
      return;
    }
    if (live.jobState().isTerminal()) {
      return;
    }
    List<JobException> exceptions = askFlink(() -> control.exceptions(job)).orElse(List.of());
    restarts(exceptions);
    if (live.allRunning()) {
      askFlink(() -> control.checkpointHistory(job))
          .ifPresent(h -> CheckpointRules.check(h, exceptions, options, findings::add));
      askFlink(() -> control.load(job)).ifPresent(this::load);
    }
  }

  private void restarts(List<JobException> exceptions) {
    Instant since = now.minus(Duration.ofMinutes(10));
    List<JobException> recent = exceptions.stream().filter(e -> e.at().isAfter(since)).toList();
    if (recent.size() <= options.restarts() || recent.isEmpty()) {
      return;
    }
    // It goes on: the latest failure is not much longer ago than those before were apart.
    Duration apart = Duration.ofSeconds(10);
    for (int i = 1; i <= Math.min(options.restarts(), recent.size() - 1); i++) {
      Duration gap = Duration.between(recent.get(i).at(), recent.get(i - 1).at());
      apart = gap.compareTo(apart) > 0 ? gap : apart;
    }
    if (Duration.between(recent.get(0).at(), now).compareTo(apart.multipliedBy(3)) > 0) {
      return;
    }
    JobException typical =
        recent.stream()
            .max(
                Comparator.comparingLong(
                    e -> recent.stream().filter(x -> x.rootCause().equals(e.rootCause())).count()))
            .orElseThrow();
    long same = recent.stream().filter(e -> e.rootCause().equals(typical.rootCause())).count();
    List<String> evidence = new ArrayList<>();
    evidence.add(
        recent.size()
            + " failures since "
            + recent.get(recent.size() - 1).at()
            + ", the last at "
            + recent.get(0).at()
            + "; "
            + same
            + " with this cause"
            + typical.task().map(t -> ", in task " + t).orElse("")
            + typical.taskManager().map(t -> ", on " + t).orElse(""));
    evidence.addAll(Text.begin(typical.stackTrace()));
    error(
        Code.RESTART_LOOP,
        "the job fails and restarts again and again: " + Text.line(typical.rootCause()),
        evidence,
        Advice.of(Failures.kindOf(typical.stackTrace()))
            + ". Correct the cause and upgrade(); restarting alone does not help");
  }

  private void load(List<JobControl.Load> vertices) {
    List<JobControl.Load> hindered =
        vertices.stream().filter(v -> v.backPressured() > options.backPressure()).toList();
    if (hindered.isEmpty()) {
      return;
    }
    JobControl.Load culprit =
        vertices.stream()
            .filter(v -> !hindered.contains(v))
            .max(Comparator.comparingDouble(JobControl.Load::busy))
            .orElse(hindered.get(hindered.size() - 1));
    warning(
        Code.BACK_PRESSURE,
        "'"
            + culprit.name()
            + "' is too slow (busy "
            + percent(culprit.busy())
            + "): "
            + hindered.size()
            + " of "
            + vertices.size()
            + " vertices wait for it",
        vertices.stream()
            .map(
                v ->
                    v.name()
                        + ": back-pressured "
                        + percent(v.backPressured())
                        + ", busy "
                        + percent(v.busy()))
            .toList(),
        "Make '"
            + culprit.name()
            + "' faster, or rescale() the job; look at the external system it talks to, and for"
            + " skewed keys. Checkpoints of a job in back-pressure may not complete");
  }

  private static String percent(double part) {
    return Math.round(part * 100) + " %";
  }

  // ---- where state goes ----

  private void places(ApplicationSpec spec) {
    SavepointRules.check(record, spec, findings::add);
    ask("the backend", () -> backend.check(spec))
        .ifPresent(violations -> SavepointRules.violations(violations, findings::add));
    ask("the disks", () -> backend.disks(spec))
        .ifPresent(
            disks ->
                disks.stream()
                    .filter(d -> d.totalBytes() > 0)
                    .filter(d -> 1 - (double) d.usableBytes() / d.totalBytes() > options.diskUsed())
                    .forEach(
                        d ->
                            warning(
                                Code.DISK_NEARLY_FULL,
                                "the disk of "
                                    + d.place()
                                    + " is "
                                    + percent(1 - (double) d.usableBytes() / d.totalBytes())
                                    + " full",
                                List.of(
                                    Text.bytes(d.usableBytes())
                                        + " left of "
                                        + Text.bytes(d.totalBytes())),
                                "Make room: old savepoints (savepoints(), dispose()), logs, what"
                                    + " other programs wrote. A full disk fails checkpoints first"
                                    + " and the job next")));
  }
}
