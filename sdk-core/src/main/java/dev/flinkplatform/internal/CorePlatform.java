package dev.flinkplatform.internal;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Document;
import dev.flinkplatform.Failure;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.JobId;
import dev.flinkplatform.LabelSelector;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.Plan;
import dev.flinkplatform.PlatformInfo;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.StateRestore;
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
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.SessionClusterSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.StepListener;
import dev.flinkplatform.spi.Timing;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.JobException;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.LogFile;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The one implementation of {@link FlinkPlatform}: validates, guards capabilities, journals, and
 * lets {@link Engine} do the work with a backend's primitives.
 */
public final class CorePlatform implements FlinkPlatform {

  private final PlatformBackend backend;
  final Journal journal;
  private final Backends backends;
  private final Steps steps;
  private final StatusReader statusReader;
  private final Doctor doctor;
  private final Resources resources;
  private final EventHub events;
  private final Engine engine;
  private final Sessions sessions;
  private final Results results;
  private final Acceptance acceptance;
  private final Verbs verbs;
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
    this.acceptance =
        new Acceptance(
            this, backend.owner(), journal, engine, steps, statusReader, results, resources, clock);
    this.verbs =
        new Verbs(this, backend, backends, acceptance, statusReader, sessions, resources, clock);
    supervisor.start();
  }

  Operation<?> recover(Journal.Entry seen) {
    return verbs.recover(seen);
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

  Plan plan(AppRecord record, ApplicationSpec to) {
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
    return verbs.deploy(spec, restore, options);
  }

  @Override
  public Operation<FlinkApplication> apply(ApplicationSpec spec, OperationOptions options) {
    return verbs.apply(spec, options);
  }

  Verbs verbs() {
    return verbs;
  }

  Acceptance acceptance() {
    return acceptance;
  }

  // ---- guards ----

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

  void requireExisting(Journal.Entry entry, Verb verb, boolean session) {
    AppRecord r = entry.record;
    if (!entry.exists()
        || r.isDeleted()
        || r.session != session
        || (r.spec == null && verb != Verb.DELETE)) {
      throw session ? sessions.notFound(r.name) : notFound(r.name);
    }
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
