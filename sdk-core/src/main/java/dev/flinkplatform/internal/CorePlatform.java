package dev.flinkplatform.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flinkplatform.Capability;
import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.Document;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.LabelSelector;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Plan;
import dev.flinkplatform.PlatformInfo;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.Supervision;
import dev.flinkplatform.Verb;
import dev.flinkplatform.diagnosis.Diagnosis;
import dev.flinkplatform.diagnosis.DiagnosisOptions;
import dev.flinkplatform.error.ApplicationExistsException;
import dev.flinkplatform.error.ApplicationNotFoundException;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.OperationNotFoundException;
import dev.flinkplatform.error.PlatformClosedException;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.event.PlatformEvent;
import dev.flinkplatform.event.SubscribeOptions;
import dev.flinkplatform.event.Subscription;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.spi.Timing;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.LogFile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation of {@link FlinkPlatform}: validates, guards capabilities, journals, and
 * lets {@link Engine} do the work with a backend's primitives.
 */
public final class CorePlatform implements FlinkPlatform {

  private static final int MAX_RACES = 20;
  private static final Duration RECOVERY = Duration.ofMinutes(3);
  private static final Duration MAX_DEADLINE = Duration.ofDays(36_500);

  private static final SecureRandom RANDOM = new SecureRandom();

  private final PlatformBackend backend;
  private final Journal journal;
  private final Backends backends;
  private final Steps steps;
  private final StatusReader statusReader;
  private final Doctor doctor;
  private final Resources resources;
  private final EventHub events;
  private final Engine engine;
  private final Sessions sessions;
  private final Results results;
  private final Timing timing;
  private final Clock clock;
  private final Supervisor supervisor;

  /**
   * Makes a platform of a backend.
   *
   * @param backend the backend; closed with the platform
   * @param listener hears of every journalled step
   * @param timing where time and threads come from
   * @param supervision what to do about processes that die
   */
  public CorePlatform(
      PlatformBackend backend, StepListener listener, Timing timing, Supervision supervision) {
    this.backend = backend;
    this.timing = timing;
    this.clock = timing.clock();
    this.journal = new Journal(backend.records());
    this.backends = new Backends(backend, journal);
    this.sessions = new Sessions(this, backend, journal, backends);
    this.results = new Results(this, sessions);
    this.steps = new Steps(backends, journal, sessions::submitOfBurst, clock);
    this.supervisor =
        new Supervisor(
            supervision,
            backend,
            backends,
            journal,
            steps,
            timing,
            this::recover,
            this::operation,
            this::publish);
    this.statusReader = new StatusReader(backends, clock, supervisor::recovers);
    this.resources = new Resources(backend.info());
    this.doctor = new Doctor(backends, statusReader, clock);
    this.events = new EventHub(backends, journal, statusReader, timing);
    this.engine =
        new Engine(backend, journal, steps, statusReader, resources, listener, events, timing);
    supervisor.start();
  }

  private void publish(PlatformEvent event) {
    events.publish(event);
  }

  /** Returns the names of all steps that operations are made of. */
  public static Set<String> stepNames() {
    return Arrays.stream(Step.values()).map(Step::name).collect(Collectors.toUnmodifiableSet());
  }

  // ---- queries ----

  @Override
  public PlatformInfo info() {
    return backend.info();
  }

  @Override
  public Set<Capability> capabilities() {
    return backend.capabilities();
  }

  @Override
  public <T> Optional<T> extension(Class<T> type) {
    return ask("", () -> backend.extension(type));
  }

  @Override
  public List<Violation> validate(ApplicationSpec spec) {
    return ask(
        spec.name(),
        () -> {
          try {
            return backend.check(backend.complete(spec));
          } catch (InvalidSpecException e) {
            return e.violations();
          }
        });
  }

  @Override
  public List<Document> render(ApplicationSpec spec) {
    return ask(
        spec.name(),
        () -> {
          requireValid("ApplicationSpec", spec.name(), backend.check(backend.complete(spec)));
          return backend.render(backend.complete(spec));
        });
  }

  @Override
  public Plan plan(ApplicationSpec spec) {
    return ask(
        spec.name(),
        () -> {
          List<Violation> violations = backend.check(backend.complete(spec));
          if (!violations.isEmpty()) {
            return refused(violations.stream().map(Violation::toString).toList());
          }
          Optional<AppRecord> record =
              journal.load(spec.name()).map(e -> e.record).filter(r -> !r.isDeleted());
          if (record.isPresent() && record.get().active != null) {
            return refused(
                List.of("operation " + record.get().active.id + " is changing the application"));
          }
          return record
              .filter(r -> r.spec != null)
              .map(r -> plan(r, spec))
              .orElseGet(
                  () ->
                      new Plan(
                          Plan.Kind.CREATE, List.of(), List.of("there is no such application")));
        });
  }

  private static Plan refused(List<String> reasons) {
    return new Plan(Plan.Kind.REFUSED, List.of(), reasons);
  }

  private Plan plan(AppRecord record, ApplicationSpec to) {
    ApplicationSpec from = record.specification().orElseThrow();
    List<Plan.Change> changes = Planner.changes(from, to);
    Live live = Live.look(backends.of(record), record);
    if (live.jobState() == JobState.FINISHED && changes.isEmpty()) {
      return new Plan(Plan.Kind.NOTHING, changes, List.of("the job came to its end"));
    }
    if (live.jobControl().isEmpty() || live.jobState().isTerminal()) {
      return new Plan(
          Plan.Kind.RESTART_WITH_STATE,
          changes,
          List.of("the job does not run: it is started from its latest state"));
    }
    boolean rescales =
        from.parallelism() != to.parallelism()
            && capabilities().contains(Capability.RESCALE_IN_PLACE)
            && live.jobControl()
                .get()
                .resourceRequirements(record.launch == null ? JobId.random() : record.launch.job())
                .isPresent();
    List<String> drift = new ArrayList<>();
    if (live.cluster().taskManagers() < live.cluster().taskManagersWanted()) {
      drift.add(
          live.cluster().taskManagers()
              + " of "
              + live.cluster().taskManagersWanted()
              + " TaskManagers run");
    }
    Plan plan = Planner.plan(changes, rescales, drift);
    if (record.launch == null) {
      return plan;
    }
    List<String> reasons = new ArrayList<>(plan.reasons());
    reasons.addAll(backends.of(record).drift(backends.launchOf(record)));
    return new Plan(plan.kind(), plan.changes(), reasons);
  }

  @Override
  public FlinkApplication application(String name) {
    return ask(
        name,
        () -> {
          requireApplication(name);
          return new CoreApplication(this, name);
        });
  }

  @Override
  public List<FlinkApplication> applications(LabelSelector selector) {
    return ask(
        "",
        () -> {
          List<FlinkApplication> out = new ArrayList<>();
          for (String name : journal.names()) {
            journal
                .load(name)
                .map(e -> e.record)
                .filter(r -> !r.isDeleted() && !r.session && !r.isJob())
                .filter(r -> selector.matches(labels(r)))
                .ifPresent(r -> out.add(new CoreApplication(this, name)));
          }
          return List.copyOf(out);
        });
  }

  static Map<String, String> labels(AppRecord r) {
    return r.specification()
        .or(
            () ->
                Optional.ofNullable(r.active)
                    .filter(o -> o.targetSpec != null)
                    .map(OperationRecord::target))
        .map(ApplicationSpec::labels)
        .orElse(Map.of());
  }

  @Override
  public List<OperationStatus> operations() {
    return ask(
        "",
        () -> {
          List<OperationStatus> out = new ArrayList<>();
          for (String name : journal.names()) {
            journal
                .load(name)
                .ifPresent(
                    e -> {
                      if (e.record.active != null) {
                        out.add(e.record.active.toStatus());
                      }
                      e.record.ended.forEach(o -> out.add(o.toStatus()));
                    });
          }
          out.sort(Comparator.comparing(OperationStatus::startedAt).reversed());
          return List.copyOf(out);
        });
  }

  @Override
  public Operation<?> operation(String id) {
    int dot = id.indexOf('.');
    String name = dot < 0 ? "" : id.substring(0, dot);
    return ask(
        name,
        () -> {
          Optional<Journal.Entry> entry = journal.load(name);
          Optional<OperationRecord> operation = entry.flatMap(e -> e.record.operation(id));
          if (entry.isEmpty() || operation.isEmpty()) {
            throw new OperationNotFoundException(id, resources.of(name));
          }
          return engine.find(entry.get(), operation.get(), results.of(entry.get()));
        });
  }

  @Override
  public Subscription subscribe(
      Consumer<? super PlatformEvent> listener, SubscribeOptions options) {
    return ask("", () -> events.subscribe(listener, options));
  }

  ApplicationSpec spec(String name) {
    return ask(
        name,
        () -> {
          AppRecord r = requireThere(journal.load(name), name);
          return r.specification()
              .or(() -> Optional.ofNullable(r.active).map(OperationRecord::target))
              .orElseThrow(() -> notFound(name));
        });
  }

  ApplicationStatus status(String name) {
    return ask(
        name,
        () ->
            journal
                .load(name)
                .map(e -> statusReader.read(e.record))
                .orElseGet(() -> statusReader.absent(name)));
  }

  List<Savepoint> savepoints(String name) {
    return ask(
        name,
        () ->
            requireThere(journal.load(name), name).savepoints.stream()
                .map(s -> s.toSavepoint(name))
                .sorted(Comparator.comparing(Savepoint::takenAt).reversed())
                .toList());
  }

  List<LogFile> logs(String name, int maxBytesPerFile) {
    if (maxBytesPerFile < 1) {
      throw new IllegalArgumentException(
          "maxBytesPerFile must be 1 or more, got " + maxBytesPerFile);
    }
    require(Capability.LOGS, name);
    return ask(
        name,
        () -> {
          AppRecord r = requireThere(journal.load(name), name);
          return backends.of(r).logs(name, maxBytesPerFile);
        });
  }

  List<JobException> exceptions(String name) {
    return ask(
        name,
        () -> {
          AppRecord r = requireThere(journal.load(name), name);
          Live live = answered(Live.look(backends.of(r), r));
          return r.launch == null || live.jobControl().isEmpty()
              ? List.<JobException>of()
              : live.jobControl().get().exceptions(r.launch.job());
        });
  }

  /** Nothing heard is not the same as nothing there. */
  private static Live answered(Live live) {
    if (live.unreachable().isPresent()) {
      throw BackendFault.unavailable(live.words(), null);
    }
    return live;
  }

  Map<String, Double> metrics(String name, Collection<String> names) {
    List<String> wanted = List.copyOf(names);
    return ask(
        name,
        () -> {
          AppRecord r = requireThere(journal.load(name), name);
          Live live = answered(Live.look(backends.of(r), r));
          return r.launch == null || live.jobControl().isEmpty()
              ? Map.<String, Double>of()
              : live.jobControl().get().metrics(r.launch.job(), wanted);
        });
  }

  // ---- session clusters ----

  @Override
  public List<Violation> validate(SessionClusterSpec spec) {
    return validate(spec.cluster());
  }

  @Override
  public List<Document> render(SessionClusterSpec spec) {
    return render(spec.cluster());
  }

  @Override
  public Operation<SessionCluster> deploySession(
      SessionClusterSpec spec, OperationOptions options) {
    return sessions.deploy(spec, options);
  }

  @Override
  public SessionCluster session(String name) {
    return sessions.session(name);
  }

  @Override
  public List<SessionCluster> sessions(LabelSelector selector) {
    return sessions.list(selector);
  }

  Diagnosis diagnose(String name, DiagnosisOptions options) {
    Objects.requireNonNull(options, "options");
    return ask(
        name,
        () -> {
          Optional<Journal.Entry> entry;
          try {
            entry = journal.load(name);
          } catch (BackendFault e) {
            return doctor.unknown(name, e);
          }
          return doctor.examine(requireThere(entry, name), options);
        });
  }

  // ---- verbs ----

  @Override
  public Operation<FlinkApplication> deploy(
      ApplicationSpec spec, StateRestore restore, OperationOptions options) {
    requireClaim(restore, spec.name());
    return submit(
        spec.name(),
        Verb.DEPLOY,
        options,
        List.of(SpecCodec.write(spec), restore),
        (entry, o) -> {
          AppRecord r = entry.record;
          requireFree(entry, spec.name());
          List<Violation> violations = new ArrayList<>(backend.check(backend.complete(spec)));
          if (restore.kind() == StateRestore.Kind.LATEST && r.resumeFrom == null) {
            violations.add(
                new Violation(
                    "restore",
                    "latest: no state was kept under this name; use StateRestore.fresh() or from(...)"));
          }
          checkRestore(restore, r, violations);
          requireValid("deploy", spec.name(), violations);
          requireNothingLeft(spec.name());
          create(r, o, spec, restore);
          return Step.LAUNCH;
        });
  }

  void requireFree(Journal.Entry entry, String name) {
    if (entry.exists() && !entry.record.isDeleted()) {
      throw new ApplicationExistsException(
          entry.record.session
              ? "There is a session cluster of that name. Take another one, or delete it first"
              : "There is an application of that name. Use apply to converge it, or delete it first",
          resources.of(name),
          null);
    }
  }

  /** A new application must not touch what still runs under its name, known or not. */
  void requireNothingLeft(String name) {
    Observation seen = backend.observe(name);
    if (seen.somethingLeft()) {
      throw new ConflictException(
          "Something still runs under that name: "
              + seen.detail()
              + ". Stop it, or take another name",
          resources.of(name),
          null);
    }
  }

  /**
   * Makes the record of a new application; what an earlier one of that name left is kept for {@code
   * latest} only.
   */
  static void create(AppRecord r, OperationRecord o, ApplicationSpec spec, StateRestore restore) {
    if (r.isDeleted()) {
      r.generation = 0;
    }
    r.session = spec.isSessionCluster();
    o.targetSpec = SpecCodec.write(spec);
    restore(o, restore);
    if (restore.kind() == StateRestore.Kind.LATEST) {
      o.savepoint = r.resumeFrom;
    }
    r.desired = Desired.RUNNING;
    r.spec = null;
  }

  @Override
  public Operation<FlinkApplication> apply(ApplicationSpec spec, OperationOptions options) {
    return submit(
        spec.name(),
        Verb.APPLY,
        options,
        List.of(SpecCodec.write(spec)),
        (entry, o) -> {
          AppRecord r = entry.record;
          requireValid("apply", spec.name(), backend.check(backend.complete(spec)));
          if (r.session && !r.isDeleted()) {
            requireFree(entry, spec.name());
          }
          if (!entry.exists() || r.isDeleted() || r.spec == null) {
            requireNothingLeft(spec.name());
            create(r, o, spec, StateRestore.fresh());
            return Step.LAUNCH;
          }
          Plan plan = plan(r, spec);
          if (plan.kind() == Plan.Kind.RESTART_WITH_STATE) {
            require(Capability.UPGRADE, spec.name());
          }
          prepareReplace(r, o, spec, StateRestore.latest());
          o.plan = plan.kind();
          o.parallelism = spec.parallelism();
          o.details.put("plan", plan.kind().name());
          if (plan.kind() != Plan.Kind.NOTHING) {
            return Step.DECIDE;
          }
          return switch (statusReader.state(r)) {
            case RUNNING, FINISHED -> null;
            default -> {
              o.plan = Plan.Kind.IN_PLACE; // nothing to change, and yet it does not run: see to it
              yield Step.DECIDE;
            }
          };
        });
  }

  Operation<FlinkApplication> upgrade(
      String name, ApplicationSpec spec, StateRestore restore, OperationOptions options) {
    require(Capability.UPGRADE, name);
    requireClaim(restore, name);
    return submitExisting(
        name,
        Verb.UPGRADE,
        options,
        List.of(SpecCodec.write(spec), restore),
        (entry, o) -> {
          List<Violation> violations = new ArrayList<>(check(entry.record, spec));
          if (!spec.name().equals(name)) {
            violations.add(
                new Violation("name", "must stay '" + name + "', got '" + spec.name() + "'"));
          }
          checkRestore(restore, entry.record, violations);
          requireValid("upgrade", name, violations);
          prepareReplace(entry.record, o, spec, restore);
          return Step.DECIDE;
        });
  }

  Operation<RescaleResult> rescale(
      String name, int parallelism, RescaleOptions how, OperationOptions options) {
    require(Capability.RESCALE, name);
    if (how.isInPlaceOnly()) {
      require(Capability.RESCALE_IN_PLACE, name);
    }
    return submitExisting(
        name,
        Verb.RESCALE,
        options,
        List.of(parallelism, how.isInPlaceOnly()),
        (entry, o) -> {
          AppRecord r = entry.record;
          ApplicationSpec from = r.specification().orElseThrow();
          ApplicationSpec.Builder scaled = withParallelism(from, parallelism);
          requireValid("rescale", name, scaled.validate());
          ApplicationSpec to = scaled.build();
          requireValid("rescale", name, check(r, to));
          prepareReplace(r, o, to, StateRestore.latest());
          o.parallelism = parallelism;
          o.inPlaceOnly = how.isInPlaceOnly();
          o.plan =
              capabilities().contains(Capability.RESCALE_IN_PLACE)
                  ? Plan.Kind.IN_PLACE
                  : Plan.Kind.RESTART_WITH_STATE;
          o.details.put("from", Integer.toString(from.parallelism()));
          o.details.put("to", Integer.toString(parallelism));
          Live live = Live.look(backends.of(r), r);
          if (how.isInPlaceOnly()
              && r.launch != null
              && live.jobControl().isPresent()
              && live.jobControl().get().resourceRequirements(r.launch.job()).isEmpty()) {
            throw new UnsupportedCapabilityException(
                Capability.RESCALE_IN_PLACE,
                "the job's scheduler does not rescale in place; set jobmanager.scheduler: adaptive in the"
                    + " specification, or allow a restart with RescaleOptions.defaults()",
                resources.of(name));
          }
          if (from.parallelism() == parallelism
              && live.allRunning()
              && live.parallelism() == parallelism) {
            o.details.put("mechanism", RescaleResult.Mechanism.NONE.name());
            return null;
          }
          return Step.DECIDE;
        });
  }

  private static ApplicationSpec.Builder withParallelism(ApplicationSpec spec, int parallelism) {
    ApplicationSpec.Builder b = spec.toBuilder().parallelism(parallelism);
    int needed = spec.taskManager().neededFor(parallelism);
    if (spec.taskManager().replicas().filter(replicas -> replicas < needed).isPresent()) {
      b.taskManager(spec.taskManager().toBuilder().replicas(needed).build());
    }
    return b;
  }

  Operation<Savepoint> suspend(String name, SavepointOptions where, OperationOptions options) {
    require(Capability.SUSPEND, name);
    return submitExisting(
        name,
        Verb.SUSPEND,
        options,
        List.of(where),
        (entry, o) -> {
          AppRecord r = entry.record;
          prepareReplace(r, o, r.specification().orElseThrow(), StateRestore.latest());
          target(r, o, where);
          return Step.DECIDE;
        });
  }

  <T> Operation<T> resume(String name, StateRestore restore, OperationOptions options) {
    require(Capability.SUSPEND, name);
    requireClaim(restore, name);
    return submitExisting(
        name,
        Verb.RESUME,
        options,
        List.of(restore),
        (entry, o) -> {
          AppRecord r = entry.record;
          if (r.isJob()) {
            sessions.requireRunning(backends.session(r));
          }
          List<Violation> violations = new ArrayList<>();
          checkRestore(restore, r, violations);
          ApplicationState state = statusReader.state(r);
          switch (state) {
            case RUNNING, DEPLOYING, RECOVERING ->
                throw new ConflictException(
                    "Only what does not run can be resumed; the application is "
                        + state
                        + ". Use restart or upgrade",
                    resources.of(name),
                    null);
            default -> {
              // Suspended, ended, or nobody knows: halting first makes sure that never two clusters
              // run.
            }
          }
          if (restore.kind() == StateRestore.Kind.LATEST && backends.latestState(r).isEmpty()) {
            violations.add(
                new Violation(
                    "restore",
                    "latest: there is no completed checkpoint or savepoint; use fresh() or from(...)"));
          }
          requireValid("resume", name, violations);
          prepareReplace(r, o, r.specification().orElseThrow(), restore);
          return Step.HALT;
        });
  }

  Operation<FlinkApplication> restart(String name, OperationOptions options) {
    require(Capability.RESTART, name);
    return submitExisting(
        name,
        Verb.RESTART,
        options,
        List.of(),
        (entry, o) -> {
          AppRecord r = entry.record;
          prepareReplace(r, o, r.specification().orElseThrow(), StateRestore.latest());
          return Step.DECIDE;
        });
  }

  /** Starts again what died, if anything did; for the supervision. */
  Operation<?> recover(String name) {
    return submit(
        name,
        Verb.RECOVER,
        OperationOptions.within(RECOVERY),
        List.of(),
        (entry, o) -> {
          AppRecord r = entry.record;
          requireExisting(entry, Verb.RECOVER, r.session);
          AppRecord.LaunchRecord launch = Objects.requireNonNull(r.launch);
          o.targetSpec = launch.spec;
          o.allowNonRestoredState = launch.allowNonRestoredState;
          r.addRecovery(clock.millis());
          return Step.DECIDE;
        });
  }

  Operation<Savepoint> savepoint(String name, SavepointOptions where, OperationOptions options) {
    require(Capability.SAVEPOINT, name);
    return submitExisting(
        name,
        Verb.SAVEPOINT,
        options,
        List.of(where),
        (entry, o) -> {
          target(entry.record, o, where);
          return Step.TRIGGER_SAVEPOINT;
        });
  }

  Operation<Checkpoint> checkpoint(String name, OperationOptions options) {
    require(Capability.CHECKPOINT, name);
    return submitExisting(
        name, Verb.CHECKPOINT, options, List.of(), (entry, o) -> Step.TRIGGER_CHECKPOINT);
  }

  Operation<Savepoint> dispose(String name, Savepoint savepoint, OperationOptions options) {
    require(Capability.DISPOSE_SAVEPOINT, name);
    return submitExisting(
        name,
        Verb.DISPOSE,
        options,
        List.of(savepoint.location()),
        (entry, o) -> {
          AppRecord r = entry.record;
          if (r.savepoints.stream().noneMatch(s -> s.location.equals(savepoint.location()))) {
            requireValid(
                "dispose",
                name,
                List.of(
                    new Violation(
                        "savepoint",
                        "is none that the SDK took of this application, got '"
                            + savepoint.location()
                            + "'")));
          }
          if (backends.latestState(r).filter(savepoint.location()::equals).isPresent()) {
            requireValid(
                "dispose",
                name,
                List.of(
                    new Violation(
                        "savepoint",
                        "is the latest state of the application, got '"
                            + savepoint.location()
                            + "'. Take a newer savepoint or checkpoint first")));
          }
          o.restoreLocation = savepoint.location();
          o.format = savepoint.format();
          o.details.put("jobId", savepoint.jobId().hex());
          o.details.put("takenAt", Long.toString(savepoint.takenAt().toEpochMilli()));
          return Step.DISPOSE;
        });
  }

  Operation<DeleteResult> delete(String name, StateRetention retention, OperationOptions options) {
    return submitExisting(
        name,
        Verb.DELETE,
        options,
        List.of(retention),
        (entry, o) -> {
          o.purge = retention == StateRetention.PURGE;
          o.details.put("retention", retention.name());
          return Step.HALT;
        });
  }

  void prepareReplace(AppRecord r, OperationRecord o, ApplicationSpec spec, StateRestore restore) {
    o.targetSpec = SpecCodec.write(spec);
    o.previousSpec = r.spec;
    o.previousParallelism =
        r.specification().map(ApplicationSpec::parallelism).orElse(spec.parallelism());
    o.parallelism = spec.parallelism();
    restore(o, restore);
    target(r, o, SavepointOptions.defaults());
  }

  static void restore(OperationRecord o, StateRestore restore) {
    o.restore = restore.kind();
    o.restoreLocation = restore.location().orElse(null);
    o.allowNonRestoredState = restore.isNonRestoredStateAllowed();
    o.claimMode = restore.claimMode();
  }

  private void target(AppRecord r, OperationRecord o, SavepointOptions where) {
    Optional<String> directory =
        where
            .directory()
            .or(
                () ->
                    r.specification()
                        .flatMap(s -> backends.of(r).complete(s).savepointDirectory()));
    if (directory.isEmpty()) {
      requireValid(
          o.verb.toString(),
          r.name,
          List.of(
              new Violation(
                  "savepointDirectory",
                  "is needed to take a savepoint; set it in the specification, or use SavepointOptions.to(...)")));
    }
    if (where.directory().isPresent()) {
      r.specification().ifPresent(s -> requireDirectory(r, s, where.directory().get()));
    }
    o.directory = directory.orElseThrow();
    o.format = where.format();
  }

  /** A directory that a call names is held to what a specification's is. */
  private void requireDirectory(AppRecord r, ApplicationSpec spec, String directory) {
    ApplicationSpec.Builder b = spec.toBuilder().savepointDirectory(directory);
    List<Violation> violations = b.validate();
    if (violations.isEmpty()) {
      violations = check(r, b.build());
    }
    requireValid(
        "SavepointOptions",
        r.name,
        violations.stream().filter(v -> v.path().equals("savepointDirectory")).toList());
  }

  private List<Violation> check(AppRecord r, ApplicationSpec spec) {
    PlatformBackend of = backends.of(r);
    return of.check(of.complete(spec));
  }

  void checkRestore(StateRestore restore, AppRecord r, List<Violation> violations) {
    if (restore.kind() == StateRestore.Kind.FROM) {
      Optional<Failure> failure = backend.checkState(restore.location().orElseThrow());
      failure.ifPresent(f -> violations.add(new Violation("restore", f.message())));
    } else if (restore.kind() == StateRestore.Kind.LATEST && r.resumeFrom != null) {
      backend
          .checkState(r.resumeFrom)
          .ifPresent(f -> violations.add(new Violation("restore", f.message())));
    }
  }

  // ---- accepting ----

  /**
   * Checks what can be checked and fills in the operation; returns its first step, or null if
   * nothing is to be done.
   */
  interface Preparation {
    @Nullable Step prepare(Journal.Entry entry, OperationRecord operation);
  }

  private <T> Operation<T> submitExisting(
      String name, Verb verb, OperationOptions options, List<?> request, Preparation preparation) {
    return submit(
        name,
        verb,
        options,
        request,
        (entry, o) -> {
          requireExisting(entry, verb, false);
          return preparation.prepare(entry, o);
        });
  }

  void requireExisting(Journal.Entry entry, Verb verb, boolean session) {
    AppRecord r = entry.record;
    if (!entry.exists()
        || r.isDeleted()
        || r.session != session
        || (r.spec == null && verb != Verb.DELETE)) {
      throw session ? sessions.notFound(r.name) : notFound(r.name);
    }
  }

  <T> Operation<T> submit(
      String name, Verb verb, OperationOptions options, List<?> request, Preparation preparation) {
    String digest = digest(verb, request);
    return ask(
        name,
        () -> {
          String tried = "";
          for (int race = 0; race < MAX_RACES; race++) {
            Journal.Entry entry = journal.load(name).orElseGet(() -> Journal.Entry.absent(name));
            Optional<OperationRecord> written = entry.record.operation(tried);
            if (written.isPresent()) {
              // It was accepted although the store said no: the write was done twice on its way.
              return typed(engine.find(entry, written.get(), results.of(entry)));
            }
            Optional<OperationCell> same = sameRequest(entry, options, digest);
            if (same.isPresent()) {
              return typed(same.get());
            }
            OperationRecord operation = newOperation(name, verb, options, digest);
            makeRoom(entry, operation);
            Step first;
            try {
              first = preparation.prepare(entry, operation);
            } catch (ConflictException e) {
              if (journal.isOutdated(entry)) {
                continue; // what was in the way may be what another began meanwhile: it has a name
              }
              throw e;
            }
            entry.record.active = operation;
            if (first == null) {
              operation.state = OperationState.SUCCEEDED;
              operation.endedAt = clock.millis();
              operation.applicationState = statusReader.state(entry.record);
              entry.record.archive(operation);
            } else {
              operation.progress(clock.instant(), "accepted");
              steps.enter(first, entry.record, operation);
            }
            if (save(entry, operation)) {
              return typed(
                  first == null
                      ? engine.find(entry, operation, results.of(entry))
                      : engine.begin(entry, results.of(entry)));
            }
            engine.doubt(operation.id);
            tried = operation.id;
          }
          throw new ConflictException(
              "Others changed the application " + MAX_RACES + " times in between; try again",
              resources.of(name),
              null);
        });
  }

  private boolean save(Journal.Entry entry, OperationRecord operation) {
    try {
      return journal.save(entry);
    } catch (BackendFault e) {
      // It may be written: then operation(id), or the same request with its key, goes on with it.
      engine.doubt(operation.id);
      throw e;
    }
  }

  private Optional<OperationCell> sameRequest(
      Journal.Entry entry, OperationOptions options, String digest) {
    Optional<OperationRecord> same =
        options.idempotencyKey().flatMap(entry.record::operationWithKey);
    if (same.isEmpty()) {
      return Optional.empty();
    }
    if (!same.get().request.equals(digest)) {
      requireValid(
          "OperationOptions",
          entry.record.name,
          List.of(
              new Violation(
                  "idempotencyKey",
                  "stands for another request, operation "
                      + same.get().id
                      + "; use a new key for a new request")));
    }
    return Optional.of(engine.find(entry, same.get(), results.of(entry)));
  }

  /**
   * Refuses if another operation holds the application; a deletion replaces one whose process is
   * gone.
   */
  private void makeRoom(Journal.Entry entry, OperationRecord operation) {
    OperationRecord active = entry.record.active;
    if (active == null) {
      return;
    }
    boolean orphan = engine.isOrphan(active);
    if (orphan && operation.verb == Verb.DELETE) {
      Steps.inherit(active, operation);
      Engine.supersede(active, operation.id, clock.millis());
      entry.record.archive(active);
      return;
    }
    throw new ConflictException(
        "Operation "
            + active.id
            + " ("
            + active.verb
            + ", at step "
            + active.step
            + ") holds the application"
            + (orphan
                ? "; its process is gone: FlinkPlatform.operation(\""
                    + active.id
                    + "\") goes on with it"
                : "; wait for its end"),
        resources.of(entry.record.name),
        active.id);
  }

  private OperationRecord newOperation(
      String name, Verb verb, OperationOptions options, String digest) {
    OperationRecord o = new OperationRecord();
    o.id = name + "." + verb + "." + Long.toString(RANDOM.nextLong(1L << 50), 36);
    o.verb = verb;
    o.application = name;
    o.owner = backend.owner();
    o.key = options.idempotencyKey().orElse(null);
    o.request = digest;
    o.startedAt = clock.millis();
    o.timeout = Collections.min(List.of(options.deadline(), MAX_DEADLINE)).toMillis();
    o.deadline = o.startedAt + o.timeout;
    return o;
  }

  private static String digest(Verb verb, List<?> request) {
    StringBuilder text = new StringBuilder(verb.name());
    for (Object part : request) {
      text.append('\n').append(part instanceof ObjectNode node ? Json.write(node) : part);
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  @SuppressWarnings("unchecked") // Results gives what the verb's method promises
  private static <T> Operation<T> typed(OperationCell cell) {
    return (Operation<T>) (Operation<?>) cell;
  }

  // ---- guards ----

  void requireClaim(StateRestore restore, String name) {
    if (restore.claimMode() == StateRestore.ClaimMode.CLAIM) {
      require(Capability.RESTORE_CLAIM, name);
    }
  }

  void require(Capability capability, String name) {
    if (!capabilities().contains(capability)) {
      throw new UnsupportedCapabilityException(
          capability,
          "backend '" + info().backend() + "' does not have it; see docs/capabilities.md",
          resources.of(name));
    }
  }

  void requireValid(String what, String name, List<Violation> violations) {
    if (!violations.isEmpty()) {
      throw new InvalidSpecException(what, violations, resources.of(name));
    }
  }

  AppRecord requireThere(Optional<Journal.Entry> entry, String name) {
    return entry.map(e -> e.record).filter(r -> !r.isDeleted()).orElseThrow(() -> notFound(name));
  }

  private void requireApplication(String name) {
    AppRecord r = requireThere(name.indexOf('/') < 0 ? journal.load(name) : Optional.empty(), name);
    if (r.session) {
      throw notFound(name);
    }
  }

  private ApplicationNotFoundException notFound(String name) {
    return new ApplicationNotFoundException(
        "There is no application '"
            + name
            + "'. FlinkPlatform.applications() lists those there are",
        resources.of(name),
        null);
  }

  <T> T ask(String name, Supplier<T> call) {
    if (engine.isClosed()) {
      throw new PlatformClosedException(
          "The platform is closed; connect again", resources.of(name), null);
    }
    return resources.call(name, call);
  }

  Instant now() {
    return clock.instant();
  }

  Optional<String> latestState(AppRecord r) {
    return backends.latestState(r);
  }

  Resources resources() {
    return resources;
  }

  Timing timing() {
    return timing;
  }

  @Override
  public void close() {
    if (!engine.isClosed()) {
      supervisor.close();
      engine.close();
      events.close();
      backend.close();
    }
  }
}
