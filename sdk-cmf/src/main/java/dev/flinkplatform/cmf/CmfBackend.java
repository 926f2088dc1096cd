package dev.flinkplatform.cmf;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Document;
import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.PlatformInfo;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.cmf.rest.CmfApplication;
import dev.flinkplatform.cmf.rest.CmfApplicationInstance;
import dev.flinkplatform.cmf.rest.CmfLifecycleState;
import dev.flinkplatform.cmf.rest.CmfSavepoint;
import dev.flinkplatform.cmf.rest.CmfSavepointState;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.FlinkConfiguration;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.Resources;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.spi.LocalRecords;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.RecordStore;
import dev.flinkplatform.spi.StateFiles;
import dev.flinkplatform.spi.fko.DeploymentSpec;
import dev.flinkplatform.spi.fko.Difference;
import dev.flinkplatform.spi.fko.EffectiveSpec;
import dev.flinkplatform.spi.fko.JobIntent;
import dev.flinkplatform.spi.fko.UpgradeMode;
import dev.flinkplatform.spi.rest.FlinkRestClient;
import dev.flinkplatform.status.CheckpointInfo;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.LogFile;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * Flink as applications of an environment of Confluent Manager for Apache Flink.
 *
 * <p>A start of the SDK is a FlinkApplication whose annotations name it ({@link Marks}). Every
 * change is made by a request that can be made again: it begins with a look at what is there, so a
 * request whose reply was lost is recognized by its effect. The operator behind CMF reconciles one
 * FlinkDeployment per application, one change after the other, so that there are never two clusters
 * of one application, whatever this process believes.
 */
final class CmfBackend implements PlatformBackend {

  static final String NAME = "cmf";

  /** Flink's own defaults (jobmanager.memory.process.size and its like); CMF wants them said. */
  private static final Resources JOB_MANAGER = Resources.of(1, "1600m");

  private static final Resources TASK_MANAGER = Resources.of(1, "1728m");

  private final CmfSettings settings;
  private final Applications applications;
  private final LocalRecords records;
  private final Map<String, FlinkRestClient> flinks = new ConcurrentHashMap<>();

  CmfBackend(CmfSettings settings, Applications applications) {
    this.settings = settings;
    this.applications = applications;
    this.records = LocalRecords.in(settings.records());
  }

  // ---- what it is ----

  @Override
  public PlatformInfo info() {
    Map<String, String> details = new TreeMap<>();
    details.put("url", settings.url().toString());
    details.put("environment", settings.environment());
    details.put("cmf version", applications.version());
    details.put("records", settings.records().toString());
    return new PlatformInfo(
        NAME,
        settings.environment() + "@" + settings.url().getAuthority(),
        sdkVersion(),
        settings.flinkVersions(),
        details);
  }

  private static String sdkVersion() {
    String version = CmfBackend.class.getPackage().getImplementationVersion();
    return version == null ? "unreleased" : version;
  }

  @Override
  public Set<Capability> capabilities() {
    EnumSet<Capability> set =
        EnumSet.of(
            Capability.HA_KUBERNETES,
            Capability.HA_ZOOKEEPER,
            Capability.SECRET_ENVIRONMENT,
            Capability.CUSTOM_IMAGE,
            Capability.KUBERNETES_SETTINGS);
    if (applications.hasSavepoints()) {
      // A start from state names a savepoint resource: without them, nothing is kept over a stop.
      set.addAll(
          List.of(
              Capability.SAVEPOINT,
              Capability.DISPOSE_SAVEPOINT,
              Capability.RESCALE,
              Capability.UPGRADE,
              Capability.SUSPEND,
              Capability.RESTART));
    }
    if (settings.flinkWrites()) {
      set.add(Capability.CHECKPOINT);
    }
    return Set.copyOf(set);
  }

  @Override
  public <T> Optional<T> extension(Class<T> type) {
    return type == CmfAccess.class
        ? Optional.of(type.cast(applications.access()))
        : Optional.empty();
  }

  @Override
  public RecordStore records() {
    return records;
  }

  @Override
  public String owner() {
    return records.owner();
  }

  @Override
  public Liveness liveness(String owner) {
    return records.liveness(owner);
  }

  @Override
  public boolean givesJobIds() {
    return true;
  }

  // ---- specifications ----

  @Override
  public ApplicationSpec complete(ApplicationSpec spec) {
    FlinkVersion v = spec.flinkVersion();
    ApplicationSpec.Builder b = spec.toBuilder();
    Map<String, String> free = new LinkedHashMap<>(spec.flinkConfig());
    if (spec.image().isEmpty()) {
      settings.image().ifPresent(b::image);
    }
    Optional<String> checkpoints =
        firstOf(free, FlinkConfiguration.checkpointDirectoryKey(v), "state.checkpoints.dir");
    if (spec.checkpointing().directory().isEmpty()) {
      checkpoints
          .or(() -> stateBelow(spec, "checkpoints"))
          .ifPresent(d -> b.checkpointing(spec.checkpointing().toBuilder().directory(d).build()));
    }
    Optional<String> savepoints =
        firstOf(free, FlinkConfiguration.savepointDirectoryKey(v), "state.savepoints.dir");
    if (spec.savepointDirectory().isEmpty()) {
      savepoints.or(() -> stateBelow(spec, "savepoints")).ifPresent(b::savepointDirectory);
    }
    if (spec.jobManager().isEmpty() && saysNoMemory(free, "jobmanager.")) {
      b.jobManager(JOB_MANAGER);
    }
    if (spec.taskManager().resources().isEmpty() && saysNoMemory(free, "taskmanager.")) {
      b.taskManager(spec.taskManager().toBuilder().resources(TASK_MANAGER).build());
    }
    if (settings.sharedFiles() && !spec.isSessionCluster()) {
      List<String> jars = spec.job().jars().stream().map(CmfBackend::sharedJar).toList();
      b.job(spec.job().toBuilder().jars(jars).build());
    }
    return b.flinkConfig(free).build();
  }

  private static String sharedJar(String jar) {
    return jar.startsWith("file:") ? URI.create(jar).getPath() : jar;
  }

  private Optional<String> stateBelow(ApplicationSpec spec, String kind) {
    return settings
        .stateBase()
        .map(base -> base + "/" + settings.environment() + "/" + spec.name() + "/" + kind);
  }

  private static boolean saysNoMemory(Map<String, String> free, String process) {
    return free.keySet().stream()
        .noneMatch(k -> k.startsWith(process) && k.contains("memory.") && k.endsWith(".size"));
  }

  private static Optional<String> firstOf(Map<String, String> free, String key, String oldKey) {
    String value = free.remove(key);
    String old = free.remove(oldKey);
    return Optional.ofNullable(value == null ? old : value);
  }

  @Override
  public List<Violation> check(ApplicationSpec spec) {
    List<Violation> found = new ArrayList<>(DeploymentSpec.check(spec));
    boolean canBeWritten = found.isEmpty();
    FlinkVersion version = spec.flinkVersion();
    if (settings.flinkVersions().stream().noneMatch(v -> v.isSameMinor(version))) {
      found.add(
          new Violation(
              "flinkVersion",
              "this platform is said to run Flink "
                  + settings.flinkVersions()
                  + ", not "
                  + version
                  + ". See CmfPlatform.builder().flinkVersions(...)"));
    }
    for (int i = 0; i < spec.job().jars().size(); i++) {
      String jar = spec.job().jars().get(i);
      if (jar.startsWith("file:")) {
        found.add(
            new Violation(
                "job.jars[" + i + "]",
                "is a file of this machine, which Flink's containers do not see, got '"
                    + jar
                    + "'. Give its path in the image, a URL, or set sharedFiles(true) if both see"
                    + " the same files"));
      }
    }
    EnvironmentDefaults environment = applications.environmentDefaults();
    found.addAll(environment.faults(settings.environment()));
    if (canBeWritten) {
      found.addAll(environment.clashes(settings.environment(), spec));
    }
    Object image = environment.spec().get("image");
    if (spec.image().isEmpty() && image == null) {
      found.add(
          new Violation(
              "image",
              "is needed: neither the specification, nor the platform's option 'image', nor the"
                  + " environment '"
                  + settings.environment()
                  + "' says one"));
    }
    directory(
        "checkpointing.directory",
        spec.checkpointing().directory(),
        environment.says(version, FlinkConfiguration.checkpointDirectoryKey(version)),
        found);
    directory(
        "savepointDirectory",
        spec.savepointDirectory(),
        environment.says(version, FlinkConfiguration.savepointDirectoryKey(version)),
        found);
    return found;
  }

  /**
   * An environment may only say again what the specification says: it can be changed while the
   * application lives, and state would then be looked for where it never was.
   */
  private void directory(
      String path, Optional<String> said, Optional<String> byDefault, List<Violation> found) {
    if (said.isPresent()) {
      return;
    }
    found.add(
        new Violation(
            path,
            byDefault
                .map(
                    d ->
                        "is needed: the environment '"
                            + settings.environment()
                            + "' says '"
                            + d
                            + "', which wins, but it may change, and the SDK must know where state is."
                            + " Set it to the same")
                .orElse(
                    "is needed: without it the operator cannot keep state. Set it, or the"
                        + " platform's option 'state.base'")));
  }

  @Override
  public Optional<Failure> checkState(String location) {
    return settings.sharedFiles() ? StateFiles.check(location) : Optional.empty();
  }

  @Override
  public List<Document> render(ApplicationSpec spec) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("apiVersion", "cmf.confluent.io/v1");
    document.put("kind", "FlinkApplication");
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", spec.name());
    if (!spec.labels().isEmpty()) {
      metadata.put("labels", new TreeMap<>(spec.labels()));
    }
    document.put("metadata", metadata);
    document.put(
        "spec",
        DeploymentSpec.shown(DeploymentSpec.of(spec, JobIntent.running(UpgradeMode.SAVEPOINT))));
    Dump dump = new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build());
    return List.of(new Document("flinkapplication.yaml", dump.dumpToString(document)));
  }

  // ---- starting ----

  /**
   * First the document is written, suspended, with the id of the start; then it is started, from
   * the savepoint that is wanted. Whoever comes after a crash in between finds the id, and goes on.
   */
  @Override
  public void launch(Launch launch) {
    String name = launch.spec().name();
    Optional<Marks> there = applications.find(name);
    boolean ours = there.flatMap(Marks::launch).filter(launch.id()::equals).isPresent();
    if (there.isPresent() && !ours) {
      Marks before = there.get();
      if (before.launch().isEmpty()) {
        throw wrongState(
            "There is a FlinkApplication '"
                + name
                + "' that this SDK did not make; delete it, or"
                + " take another name");
      }
      if (!before.isDown()) {
        throw wrongState(
            "The cluster of an earlier start is there: "
                + before.launch().orElse("")
                + "; "
                + before.words());
      }
    }
    if (ours && there.get().isWanted()) {
      return; // started already; that reply was lost, or its process died
    }
    requireNoClash(launch.spec());
    boolean fresh = launch.restoreFrom().isEmpty();
    // A deployment that ran before would start from what the operator remembers, were it not told
    // that there is nothing to keep.
    UpgradeMode mode = fresh && there.isPresent() ? UpgradeMode.STATELESS : UpgradeMode.SAVEPOINT;
    JobIntent intent =
        JobIntent.suspended(mode).allowNonRestoredState(launch.allowNonRestoredState());
    if (!ours) {
      CmfApplication.Builder b =
          CmfApplication.builder(name)
              .labels(launch.spec().labels())
              .annotation(Marks.LAUNCH, launch.id())
              .spec(DeploymentSpec.of(launch.spec(), intent));
      launch.restoreFrom().ifPresent(from -> b.annotation(Marks.RESTORED_FROM, from));
      there.flatMap(Marks::statusJob).ifPresent(j -> b.annotation(Marks.JOB_BEFORE, j.hex()));
      there.flatMap(Marks::statePath).ifPresent(p -> b.annotation(Marks.STATE_BEFORE, p));
      there
          .flatMap(m -> m.app().error())
          .ifPresent(e -> b.annotation(Marks.ERROR_BEFORE, Marks.cut(e)));
      applications.upsert(b.build());
    }
    applications.start(
        name, launch.restoreFrom().map(location -> applications.savepointUid(name, location)));
  }

  /** The environment may have changed since the specification was accepted. */
  private void requireNoClash(ApplicationSpec spec) {
    EnvironmentDefaults.require(
        applications.environmentDefaults().clashes(settings.environment(), spec));
  }

  private static BackendFault wrongState(String message) {
    return BackendFault.permanent(Failure.of(Failure.Kind.WRONG_STATE, message), null);
  }

  @Override
  public Observation observe(String application) {
    return applications.find(application).map(this::observation).orElseGet(Observation::nothing);
  }

  /** CMF takes and deletes savepoints, and tells of them whether Flink can be asked or not. */
  @Override
  public Optional<JobControl> control(String application) {
    return applications
        .find(application)
        .filter(m -> m.launch().isPresent())
        .map(m -> control(application, m));
  }

  Observation observation(Marks m) {
    String name = m.app().name();
    if (m.isDown()) {
      // Of another's application something is left: its name is taken.
      return new Observation(
          Optional.empty(),
          m.launch().isEmpty(),
          0,
          0,
          0,
          0,
          Optional.of(control(name, m)),
          Optional.empty(),
          Optional.empty(),
          false,
          m.words(),
          Optional.empty());
    }
    boolean up = isUp(m);
    Optional<Failure> failure = failure(m);
    // The JobManager of a job that came to its end is there to tell, with TaskManagers or without.
    boolean ended = up && m.isOver();
    boolean dead = failure.isPresent() && !ended;
    int wanted = ended ? 0 : taskManagers(m);
    return new Observation(
        m.launch(),
        true,
        dead ? 0 : 1,
        1,
        dead ? 0 : wanted,
        wanted,
        // While it is being stopped, CMF answers for it, whether Flink does or not.
        up || !m.isWanted() ? Optional.of(control(name, m)) : Optional.empty(),
        up ? Optional.of(applications.flinkWebUi(name)) : Optional.empty(),
        failure,
        false,
        m.words(),
        m.job());
  }

  /** Whether there is a JobManager of the present start that can be asked. */
  private static boolean isUp(Marks m) {
    return m.job().isPresent()
        && m.app().jobManagerDeploymentStatus().filter("READY"::equalsIgnoreCase).isPresent();
  }

  private static Optional<Failure> failure(Marks m) {
    boolean failed =
        m.app().lifecycleState().filter(s -> s == CmfLifecycleState.FAILED).isPresent();
    boolean broken =
        m.app().jobManagerDeploymentStatus().filter("ERROR"::equalsIgnoreCase).isPresent();
    boolean gone =
        m.isOver()
            && m.app().jobManagerDeploymentStatus().filter("READY"::equalsIgnoreCase).isEmpty();
    if (!failed && !broken && !gone) {
      return Optional.empty();
    }
    // Before the job of this start is there, the status may still tell of the one before.
    Optional<String> error = m.job().isPresent() ? m.app().error() : m.newError();
    boolean finished = m.app().jobState().filter("FINISHED"::equals).isPresent();
    if (!m.isWanted() || (error.isEmpty() && (finished || isUp(m) || m.job().isEmpty()))) {
      return Optional.empty(); // Flink itself tells, or nobody knows yet
    }
    return Optional.of(
        error
            .map(Errors::failure)
            .orElseGet(
                () ->
                    Failure.of(
                        Failure.Kind.PROCESS_DIED,
                        "CMF does not say why; see its events. " + m.words())));
  }

  private static int taskManagers(Marks m) {
    Object replicas =
        m.app().status().get("taskManager") instanceof Map<?, ?> t ? t.get("replicas") : null;
    return replicas instanceof Number n ? n.intValue() : 0;
  }

  private CmfJobControl control(String name, Marks m) {
    return new CmfJobControl(applications, settings, name, m, flink(name));
  }

  private FlinkRestClient flink(String name) {
    return flinks.computeIfAbsent(name, applications::flink);
  }

  @Override
  public Optional<JobState> ended(String application, JobId job) {
    return applications
        .find(application)
        .filter(m -> m.isOver() && m.statusJob().equals(Optional.of(job)))
        // While neither Flink nor CMF can tell why a job failed, its end is not known yet.
        .filter(
            m -> m.app().jobState().filter("FAILED"::equals).isEmpty() || failure(m).isPresent())
        .flatMap(m -> m.app().jobState())
        .map(JobState::of);
  }

  @Override
  public List<String> drift(Launch launch) {
    Optional<Marks> there = applications.find(launch.spec().name());
    Optional<CmfApplicationInstance> instance =
        there
            .flatMap(m -> m.app().currentDeployedInstance())
            .flatMap(i -> applications.instance(launch.spec().name(), i));
    if (instance.isEmpty() || instance.get().effectiveSpec().isEmpty()) {
      return List.of();
    }
    Map<String, Object> wanted =
        DeploymentSpec.of(launch.spec(), JobIntent.running(UpgradeMode.SAVEPOINT));
    return EffectiveSpec.differences(wanted, instance.get().effectiveSpec()).stream()
        .map(this::words)
        .toList();
  }

  private String words(Difference d) {
    return d.path()
        + " is "
        + d.effective()
        + " and not "
        + d.wanted()
        + " as asked: a default of the environment '"
        + settings.environment()
        + "' wins, or somebody changed it in CMF";
  }

  /** The operator makes as many as the parallelism needs; nothing is to be done. */
  @Override
  public void scaleTaskManagers(Launch launch, int count) {
    int needed = launch.spec().taskManager().neededFor(launch.spec().parallelism());
    if (count != needed) {
      throw BackendFault.permanent(
          Failure.of(
              Failure.Kind.UNSUPPORTED,
              "With CMF the parallelism decides how many TaskManagers there are: "
                  + needed
                  + ", not "
                  + count),
          null);
    }
  }

  // ---- stopping ----

  @Override
  public boolean halt(String application) {
    Optional<Marks> there = applications.find(application);
    if (there.isEmpty() || there.get().isDown()) {
      return true;
    }
    Marks m = there.get();
    boolean lives = mayLive(application, m);
    UpgradeMode mode = haltMode(m, lives);
    if (!m.isWanted()) {
      String now = m.upgradeMode();
      boolean stuck = isStuck(m);
      if (stuck && now.equals(UpgradeMode.LAST_STATE.text()) && !isHighlyAvailable(m)) {
        mode = UpgradeMode.STATELESS;
      }
      if (!stuck || now.equals(mode.text()) || now.equals(UpgradeMode.STATELESS.text())) {
        return refusedToStop(m, now);
      }
    }
    CmfApplication.Builder b =
        m.app().toBuilder()
            .annotation(Marks.STOP_AT, Instant.now().toString())
            .annotation(Marks.ERROR_BEFORE, Marks.cut(m.app().error().orElse("")))
            .field("suspended", "spec", "job", "state")
            .field(mode.text(), "spec", "job", "upgradeMode");
    if (!lives) {
      noteNewest(application, m, b);
    }
    applications.upsert(b.build());
    return false;
  }

  /**
   * Whether the operator does not come to an end with what it was told. A stop with savepoint,
   * whoever asked for it, is waited for: its savepoint is the newest state. So is a job that is
   * being canceled. An operator that fails at it, or takes too long, is told to do without.
   */
  private boolean isStuck(Marks m) {
    Instant since = m.stopAt().or(() -> m.app().updateTime()).orElse(Instant.EPOCH);
    boolean savepoint = m.upgradeMode().equals(UpgradeMode.SAVEPOINT.text());
    boolean late = since.plus(settings.stopTimeout()).isBefore(Instant.now());
    // Of a job that made no checkpoint, the operator may want to be told that there is none.
    boolean failed = m.newError().isPresent() && (savepoint || m.hasEnded());
    return m.app().lifecycleState().filter(s -> s == CmfLifecycleState.FAILED).isPresent()
        || late
        || failed;
  }

  /**
   * The operator would rather wait for ever than lose high-availability data: then so do we not.
   */
  private static boolean refusedToStop(Marks m, String mode) {
    boolean failed =
        m.app().lifecycleState().filter(s -> s == CmfLifecycleState.FAILED).isPresent();
    if (failed && mode.equals(UpgradeMode.LAST_STATE.text()) && m.app().error().isPresent()) {
      throw wrongState(
          "The operator does not take '"
              + m.app().name()
              + "' down, as it would lose state: "
              + Errors.words(m.app().error().get())
              + ". Restore it by hand, from a checkpoint or savepoint");
    }
    return false;
  }

  /**
   * A job that lives may complete a checkpoint at any moment, so that a look at its newest one
   * tells nothing: the operator cancels it (see {@link DeploymentSpec}), asks its JobManager, and
   * writes down what it found. Without high availability it can do nothing for a job of which no
   * JobManager knows; nothing is lost then that was not lost before, as checkpoints stay where they
   * are.
   */
  private static UpgradeMode haltMode(Marks m, boolean lives) {
    return isHighlyAvailable(m) || lives ? UpgradeMode.LAST_STATE : UpgradeMode.STATELESS;
  }

  private static boolean isHighlyAvailable(Marks m) {
    Map<?, ?> configuration =
        m.app().spec().get("flinkConfiguration") instanceof Map<?, ?> c ? c : Map.of();
    Object ha = configuration.get("high-availability.type");
    return ha != null && !"none".equalsIgnoreCase(String.valueOf(ha));
  }

  /** Whether a JobManager is there whose job may make checkpoints yet. */
  private boolean mayLive(String application, Marks m) {
    if (!isUp(m) || m.isOver()) {
      return false;
    }
    boolean lost = m.app().jobState().filter("RECONCILING"::equals).isPresent();
    try {
      // CMF looks now and then, and Flink knows at once.
      return control(application, m)
          .job(m.job().orElseThrow())
          .map(j -> !j.state().isTerminal())
          .orElse(!lost); // neither the operator nor Flink knows it
    } catch (BackendFault e) {
      return true;
    }
  }

  /**
   * Of a job that makes no more checkpoints, the newest one is known as long as Flink can tell, and
   * so is that there is none. Notes nothing if it cannot.
   */
  private void noteNewest(String application, Marks m, CmfApplication.Builder b) {
    if (!isUp(m)) {
      return;
    }
    try {
      Optional<CheckpointInfo> latest =
          control(application, m).checkpoints(m.job().orElseThrow()).latest();
      if (latest.isEmpty()) {
        b.annotation(Marks.CHECKPOINT, Marks.NONE);
      } else if (!latest.get().location().isEmpty()) {
        b.annotation(Marks.CHECKPOINT, latest.get().location());
        b.annotation(Marks.CHECKPOINT_AT, latest.get().completedAt().toString());
      }
    } catch (BackendFault e) {
      // It is looked for elsewhere, too.
    }
  }

  @Override
  public List<String> discard(
      ApplicationSpec spec, StateRetention retention, List<JobId> runs, List<String> savepoints) {
    String name = spec.name();
    List<String> left = new ArrayList<>();
    boolean purge = retention == StateRetention.PURGE;
    if (applications.find(name).isPresent()) {
      // What is attached goes with the application; detached, it stays.
      for (CmfSavepoint s : applications.savepoints(name)) {
        if (purge) {
          applications.deleteSavepoint(name, s.name(), true);
        } else if (s.state().filter(x -> x == CmfSavepointState.COMPLETED).isPresent()) {
          applications.detach(name, s.name());
        }
      }
      if (!applications.delete(name)) {
        throw BackendFault.unavailable(
            "CMF has not removed the FlinkApplication '" + name + "' yet", null);
      }
    }
    if (purge && settings.sharedFiles()) {
      discardState(spec, runs, savepoints);
      return left;
    }
    for (Optional<String> place :
        List.of(spec.checkpointing().directory(), spec.savepointDirectory())) {
      place.filter(p -> !settings.sharedFiles() || StateFiles.mayHoldState(p)).ifPresent(left::add);
    }
    return left;
  }

  @Override
  public void discardState(ApplicationSpec spec, List<JobId> runs, List<String> savepoints) {
    if (!settings.sharedFiles()) {
      return;
    }
    spec.checkpointing()
        .directory()
        .ifPresent(
            d ->
                runs.forEach(
                    run -> {
                      boolean unused = StateFiles.deleteRun(d, run);
                    }));
    for (String savepoint : savepoints) {
      if (StateFiles.canSee(savepoint) && StateFiles.check(savepoint).isEmpty()) {
        boolean unused = StateFiles.deleteSavepoint(savepoint);
      }
    }
  }

  // ---- state ----

  @Override
  public Optional<CheckpointInfo> latestCheckpoint(ApplicationSpec spec, JobId run) {
    Optional<String> directory = spec.checkpointing().directory();
    Optional<Marks> there = applications.find(spec.name());
    boolean ofRun = there.flatMap(Marks::statusJob).filter(run::equals).isPresent();
    boolean down = ofRun && there.get().isDown();
    if (down && there.get().mark(Marks.CHECKPOINT).isEmpty()) {
      Optional<String> stoppedWith = there.get().stoppedWith();
      if (stoppedWith.isPresent()) {
        return Optional.of(known(there.get(), stoppedWith.get()));
      }
    }
    if (settings.sharedFiles() && directory.filter(StateFiles::canSee).isPresent()) {
      return StateFiles.latestCheckpoint(directory.get(), run);
    }
    if (down && there.get().mark(Marks.CHECKPOINT).isPresent()) {
      Marks m = there.get();
      return m.mark(Marks.CHECKPOINT).filter(c -> !c.equals(Marks.NONE)).map(c -> known(m, c));
    }
    if (there.filter(m -> m.launch().isPresent() && m.neverDeployed()).isPresent()
        || (down && there.get().stoppedWithNothing())) {
      return Optional.empty();
    }
    if (ofRun && isUp(there.get())) {
      return control(spec.name(), there.get()).checkpoints(run).latest();
    }
    throw BackendFault.permanent(
        Failure.of(
            Failure.Kind.STATE_UNREADABLE,
            "The newest checkpoint of job "
                + run.hex()
                + " in '"
                + directory.orElse("")
                + "' cannot be told: CMF does not name it, and this machine does not see the"
                + " files. Name it: StateRestore.from(location)"),
        null);
  }

  /** Nothing is newer than what a job was stopped with; its last checkpoint has a time. */
  private CheckpointInfo known(Marks m, String location) {
    Instant at =
        completedAt(location)
            .or(() -> m.time(Marks.CHECKPOINT_AT))
            .or(() -> m.app().updateTime())
            .orElse(Instant.EPOCH);
    return new CheckpointInfo(0, location, at, 0);
  }

  @Override
  public Optional<Instant> completedAt(String location) {
    return settings.sharedFiles() ? StateFiles.completedAt(location) : Optional.empty();
  }

  @Override
  public Optional<String> findSavepoint(String directory) {
    return settings.sharedFiles() ? StateFiles.findSavepoint(directory) : Optional.empty();
  }

  /**
   * CMF owns the resources of savepoints, so it is asked first: see {@link CmfJobControl#dispose}.
   */
  @Override
  public boolean deleteSavepoint(String location) {
    return false;
  }

  @Override
  public List<LogFile> logs(String application, int maxBytesPerFile) {
    return List.of();
  }

  @Override
  public void close() {
    flinks.values().forEach(FlinkRestClient::close);
    flinks.clear();
    applications.close();
  }
}
