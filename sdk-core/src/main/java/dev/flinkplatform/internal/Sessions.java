package dev.flinkplatform.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.BurstResult;
import dev.flinkplatform.Capability;
import dev.flinkplatform.Capacity;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.LabelSelector;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.SubmitOptions;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.ApplicationExistsException;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.PlatformClosedException;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.internal.AppRecord.LaunchRecord;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.TaskManagerSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What {@link CorePlatform} does with session clusters, and with submitting jobs to them. */
final class Sessions {

  private static final int MAX_TASK_MANAGERS = 10_000;

  private final CorePlatform platform;
  private final PlatformBackend backend;
  private final Journal journal;
  private final Backends backends;

  Sessions(CorePlatform platform, PlatformBackend backend, Journal journal, Backends backends) {
    this.platform = platform;
    this.backend = backend;
    this.journal = journal;
    this.backends = backends;
  }

  // ---- queries ----

  SessionCluster session(String name) {
    return platform.ask(
        name,
        () -> {
          require(name);
          return new CoreSession(this, name);
        });
  }

  List<SessionCluster> list(LabelSelector selector) {
    Objects.requireNonNull(selector, "selector");
    return platform.ask(
        "",
        () -> {
          List<SessionCluster> out = new ArrayList<>();
          for (String name : journal.names()) {
            journal
                .load(name)
                .map(e -> e.record)
                .filter(r -> !r.isDeleted() && r.session)
                .filter(r -> selector.matches(CorePlatform.labels(r)))
                .ifPresent(r -> out.add(new CoreSession(this, name)));
          }
          return List.copyOf(out);
        });
  }

  SessionClusterSpec spec(String name) {
    return SessionClusterSpec.of(platform.spec(name));
  }

  Capacity capacity(String name) {
    return platform.ask(
        name,
        () -> {
          AppRecord r = require(name);
          Live live = Live.look(backend, r);
          if (live.unreachable().isPresent()) {
            throw BackendFault.unavailable(live.words(), null);
          }
          int wanted = live.cluster().taskManagersWanted();
          return live.capacity()
              .map(
                  c -> new Capacity(c.taskManagers().size(), wanted, c.slotsTotal(), c.slotsFree()))
              .orElseGet(() -> new Capacity(0, wanted, 0, 0));
        });
  }

  FlinkJob job(String session, String name) {
    Objects.requireNonNull(name, "name");
    return platform.ask(
        session,
        () -> {
          require(session);
          if (journal.load(key(session, name)).filter(e -> !e.record.isDeleted()).isEmpty()) {
            throw new ApplicationNotFoundException(
                "There is no job '"
                    + name
                    + "' in session cluster '"
                    + session
                    + "'. SessionCluster.jobs() lists those there are",
                platform.resources().of(key(session, name)),
                null);
          }
          return new CoreJob(platform, key(session, name));
        });
  }

  List<FlinkJob> jobs(String session) {
    return platform.ask(
        session,
        () -> {
          require(session);
          List<FlinkJob> out = new ArrayList<>();
          for (String key : journal.jobsOf(session)) {
            journal
                .load(key)
                .filter(e -> !e.record.isDeleted())
                .ifPresent(e -> out.add(new CoreJob(platform, key)));
          }
          return List.copyOf(out);
        });
  }

  CorePlatform platform() {
    return platform;
  }

  static String key(String session, String job) {
    return session + "/" + job;
  }

  // ---- verbs of a cluster ----

  Operation<SessionCluster> deploy(SessionClusterSpec spec, OperationOptions options) {
    platform.require(Capability.SESSION, spec.name());
    ApplicationSpec cluster = spec.cluster();
    return platform
        .acceptance()
        .submit(
            spec.name(),
            Verb.DEPLOY,
            options,
            List.of(SpecCodec.write(cluster)),
            (entry, o) -> {
              platform.requireFree(entry, spec.name());
              platform.requireValid(
                  "deploySession", spec.name(), backend.check(backend.complete(cluster)));
              platform.requireNothingLeft(spec.name());
              Verbs.create(entry.record, o, cluster, StateRestore.fresh());
              return Step.LAUNCH;
            });
  }

  Operation<SessionCluster> scale(String name, int count, OperationOptions options) {
    return existing(
        name,
        Verb.SCALE,
        options,
        List.of(count),
        (entry, o) -> {
          AppRecord r = entry.record;
          platform.requireValid("scaleTaskManagers", name, checkScale(r, count));
          requireRunning(r);
          prepareScale(r, o, count);
          ApplicationSpec scaled = scaled(r.specification().orElseThrow(), count);
          o.targetSpec = SpecCodec.write(scaled);
          return Step.SCALE_TASK_MANAGERS;
        });
  }

  /** Of what the backend says, only what the number of TaskManagers is to blame for. */
  private List<Violation> checkScale(AppRecord r, int count) {
    if (count < 1 || count > MAX_TASK_MANAGERS) {
      return List.of(
          new Violation(
              "taskManagers", "must be from 1 to " + MAX_TASK_MANAGERS + ", got " + count));
    }
    ApplicationSpec cluster = clusterSpec(r);
    return backend.check(backend.complete(scaled(cluster, count))).stream()
        .filter(v -> v.path().equals("taskManager.replicas"))
        .map(v -> new Violation("taskManagers", v.message()))
        .toList();
  }

  private static void prepareScale(AppRecord r, OperationRecord o, int count) {
    o.taskManagers = count;
    o.previousTaskManagers = r.specification().orElseThrow().taskManagers();
    o.details.put("from", Integer.toString(o.previousTaskManagers));
    o.details.put("to", Integer.toString(count));
  }

  private static ApplicationSpec scaled(ApplicationSpec spec, int count) {
    TaskManagerSpec taskManager = spec.taskManager().toBuilder().replicas(count).build();
    return spec.toBuilder().taskManager(taskManager).build();
  }

  Operation<SessionCluster> suspend(String name, OperationOptions options) {
    platform.require(Capability.SUSPEND, name);
    return existing(
        name,
        Verb.SUSPEND,
        options,
        List.of(),
        (entry, o) -> {
          AppRecord r = entry.record;
          if (!r.specification().orElseThrow().isHighlyAvailable()) {
            refuseWhileJobsRun(r, "they would be lost, since the cluster has no high availability");
          }
          o.targetSpec = r.spec;
          return Step.HALT;
        });
  }

  Operation<SessionCluster> resume(String name, OperationOptions options) {
    platform.require(Capability.SUSPEND, name);
    return existing(
        name,
        Verb.RESUME,
        options,
        List.of(),
        (entry, o) -> {
          AppRecord r = entry.record;
          Live live = Live.look(backend, r);
          if (live.hasJobManager() && r.desired == Desired.RUNNING) {
            throw new ConflictException(
                "Only a session cluster that does not run can be resumed; seen: " + live.words(),
                platform.resources().of(name),
                null);
          }
          o.targetSpec = r.spec;
          o.previousSpec = r.spec;
          o.restore = StateRestore.Kind.FRESH;
          return Step.HALT;
        });
  }

  Operation<DeleteResult> delete(String name, StateRetention retention, OperationOptions options) {
    return existing(
        name,
        Verb.DELETE,
        options,
        List.of(retention),
        (entry, o) -> {
          refuseWhileJobsRun(entry.record, "stop or cancel them first");
          o.purge = retention == StateRetention.PURGE;
          o.details.put("retention", retention.name());
          return Step.HALT;
        });
  }

  private <T> Operation<T> existing(
      String name,
      Verb verb,
      OperationOptions options,
      List<?> request,
      Acceptance.Preparation preparation) {
    return platform
        .acceptance()
        .submit(
            name,
            verb,
            options,
            request,
            (entry, o) -> {
              platform.requireExisting(entry, verb, true);
              return preparation.prepare(entry, o);
            });
  }

  private void refuseWhileJobsRun(AppRecord session, String why) {
    List<String> running = new ArrayList<>();
    for (String key : journal.jobsOf(session.name)) {
      journal
          .load(key)
          .map(e -> e.record)
          .filter(this::mayRun)
          .ifPresent(r -> running.add(r.name.substring(r.name.indexOf('/') + 1)));
    }
    if (!running.isEmpty()) {
      throw new ConflictException(
          "Jobs run in the session cluster: " + running + "; " + why,
          platform.resources().of(session.name),
          null);
    }
  }

  private boolean mayRun(AppRecord job) {
    if (job.active != null) {
      return true;
    }
    if (job.isDeleted() || job.desired == Desired.SUSPENDED || job.launch == null) {
      return false;
    }
    JobInSession cluster = (JobInSession) backends.of(job);
    Live live = Live.look(cluster, job);
    if (live.cluster().failure().isPresent()) {
      return false;
    }
    if (live.job().isPresent()) {
      return !live.jobState().isTerminal();
    }
    // A JobManager that does not know it will not run it; without one, high availability may.
    return live.unreachable().isPresent() || (!live.hasJobManager() && cluster.isHighlyAvailable());
  }

  // ---- submitting ----

  Operation<FlinkJob> submit(
      String session,
      String name,
      JobSpec job,
      SubmitOptions how,
      StateRestore restore,
      OperationOptions options) {
    platform.requireClaim(restore, key(session, name));
    AppRecord record = platform.ask(session, () -> require(session));
    Objects.requireNonNull(options, "options");
    ApplicationSpec.Builder b = jobSpec(record, name, job, how);
    List<Violation> violations = b.validate();
    if (!violations.isEmpty()) {
      // It cannot even be built; what else is wrong with the call is said, too.
      String key = key(session, name);
      platform.ask(
          session,
          () -> {
            List<Violation> all = new ArrayList<>(violations);
            all.addAll(JobInSession.check(job, how.flinkConfig()));
            Optional<String> unused = checkRestore(restore, load(key).record, all);
            platform.requireValid("submit", key, all);
            return "";
          });
    }
    return submit(session, b.build(), restore, options);
  }

  private ApplicationSpec clusterSpec(AppRecord session) {
    return session
        .specification()
        .or(() -> Optional.ofNullable(session.launch).map(LaunchRecord::specification))
        .orElseThrow(() -> notFound(session.name));
  }

  private ApplicationSpec.Builder jobSpec(
      AppRecord session, String name, JobSpec job, SubmitOptions how) {
    return ApplicationSpec.builder(name)
        .flinkVersion(clusterSpec(session).flinkVersion())
        .job(job)
        .parallelism(how.parallelism())
        .flinkConfig(how.flinkConfig());
  }

  private Journal.Entry load(String key) {
    return journal.load(key).orElseGet(() -> Journal.Entry.absent(key));
  }

  /** Returns the state that {@code latest} means, if that is what is wanted. */
  private Optional<String> checkRestore(
      StateRestore restore, AppRecord r, List<Violation> violations) {
    boolean isLatest = restore.kind() == StateRestore.Kind.LATEST;
    Optional<String> latest = isLatest ? platform.latestState(r) : Optional.empty();
    if (isLatest && latest.isEmpty()) {
      violations.add(
          new Violation(
              "restore",
              "latest: no state was kept under this name; use StateRestore.fresh() or from(...)"));
    }
    platform.checkRestore(restore, r, violations);
    return latest;
  }

  private Operation<FlinkJob> submit(
      String session, ApplicationSpec spec, StateRestore restore, OperationOptions options) {
    String key = key(session, spec.name());
    return platform
        .acceptance()
        .submit(
            key,
            Verb.SUBMIT,
            options,
            List.of(SpecCodec.write(spec), restore),
            (entry, o) -> {
              AppRecord r = entry.record;
              requireFree(entry);
              JobInSession backend = (JobInSession) backends.of(r);
              List<Violation> violations = new ArrayList<>(backend.check(backend.complete(spec)));
              Optional<String> latest = checkRestore(restore, r, violations);
              platform.requireValid("submit", key, violations);
              requireRunning(require(session));
              o.targetSpec = SpecCodec.write(spec);
              Verbs.restore(o, restore);
              o.savepoint = latest.orElse(null);
              r.resumeFrom = latest.orElse(r.resumeFrom);
              r.desired = Desired.RUNNING;
              r.spec = null;
              r.launch = null;
              return Step.LAUNCH;
            });
  }

  /** A name is free when its job has ended, or was lost with its cluster. */
  private void requireFree(Journal.Entry entry) {
    AppRecord r = entry.record;
    if (!entry.exists() || r.isDeleted() || r.launch == null) {
      return;
    }
    boolean holdsState = r.desired == Desired.SUSPENDED;
    if (holdsState || mayRun(r)) {
      throw new ApplicationExistsException(
          "There is a job of that name that "
              + (holdsState ? "is stopped with its state; resume it" : "runs; stop it")
              + ", or cancel it, or take another name",
          platform.resources().of(r.name),
          null);
    }
  }

  /** A job can only be started in a cluster that is there. */
  void requireRunning(AppRecord session) {
    Observation seen = backend.observe(session.name);
    LaunchRecord launch = session.launch;
    if (launch == null
        || !seen.launchId().equals(Optional.of(launch.id))
        || seen.jobManagers() == 0) {
      throw new ConflictException(
          "The session cluster '"
              + session.name
              + "' does not run ("
              + seen.detail()
              + "); resume it first",
          platform.resources().of(session.name),
          null);
    }
  }

  // ---- bursts ----

  Operation<BurstResult> burst(
      String session,
      String name,
      JobSpec job,
      SubmitOptions how,
      int taskManagers,
      OperationOptions options) {
    AppRecord record = platform.ask(session, () -> require(session));
    Objects.requireNonNull(options, "options");
    ApplicationSpec.Builder b = jobSpec(record, name, job, how);
    List<Violation> violations = b.validate();
    if (!violations.isEmpty()) {
      List<Violation> all = new ArrayList<>(violations);
      all.addAll(JobInSession.check(job, how.flinkConfig()));
      all.addAll(platform.ask(session, () -> checkScale(record, taskManagers)));
      platform.requireValid("burst", key(session, name), all);
    }
    ObjectNode spec = SpecCodec.write(b.build());
    return existing(
        session,
        Verb.BURST,
        options,
        List.of(spec, taskManagers),
        (entry, o) -> {
          AppRecord r = entry.record;
          Journal.Entry jobEntry = load(key(session, name));
          if (jobEntry.record.active != null) {
            throw new ConflictException(
                "Operation " + jobEntry.record.active.id + " holds the job; wait for its end",
                platform.resources().of(key(session, name)),
                jobEntry.record.active.id);
          }
          requireFree(jobEntry);
          PlatformBackend of = backends.of(jobEntry.record);
          List<Violation> wrong = new ArrayList<>(of.check(of.complete(SpecCodec.read(spec))));
          wrong.addAll(checkScale(r, taskManagers));
          platform.requireValid("burst", key(session, name), wrong);
          requireRunning(r);
          prepareScale(r, o, taskManagers);
          o.burstJob = spec;
          o.details.put("job", name);
          return Step.SCALE_TASK_MANAGERS;
        });
  }

  /** The operation's id is the key: however often this is called, there is one submission. */
  void submitOfBurst(String session, OperationRecord burst) {
    Duration left = Duration.between(platform.now(), Instant.ofEpochMilli(burst.deadline));
    try {
      Operation<FlinkJob> unused =
          submit(
              session,
              SpecCodec.read(Objects.requireNonNull(burst.burstJob)),
              StateRestore.fresh(),
              OperationOptions.builder()
                  .deadline(
                      left.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : left)
                  .idempotencyKey(burst.id)
                  .build());
    } catch (PlatformClosedException e) {
      throw e; // Somebody else goes on with the burst.
    } catch (FlinkPlatformException e) {
      // Told to a user elsewhere; here it is what a step came to.
      throw e.retryable()
          ? BackendFault.unavailable(String.valueOf(e.getMessage()), e)
          : BackendFault.permanent(
              Failure.of(
                  Failure.Kind.WRONG_STATE, "The job cannot be submitted: " + e.getMessage()),
              e);
    }
  }

  // ---- guards ----

  private AppRecord require(String name) {
    return (name.indexOf('/') < 0 ? journal.load(name) : Optional.<Journal.Entry>empty())
        .map(e -> e.record)
        .filter(r -> !r.isDeleted() && r.session)
        .orElseThrow(() -> notFound(name));
  }

  ApplicationNotFoundException notFound(String name) {
    return new ApplicationNotFoundException(
        "There is no session cluster '"
            + name
            + "'. FlinkPlatform.sessions() lists those there are",
        platform.resources().of(name),
        null);
  }
}
