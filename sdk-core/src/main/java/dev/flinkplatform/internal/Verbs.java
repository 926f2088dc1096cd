package dev.flinkplatform.internal;

import dev.flinkplatform.Capability;
import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.Plan;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.Verb;
import dev.flinkplatform.error.ConflictException;
import dev.flinkplatform.error.UnsupportedCapabilityException;
import dev.flinkplatform.internal.AppRecord.Desired;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Violation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.status.ApplicationState;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The verbs of applications, and those that jobs of session clusters share with them: each checks
 * what can be checked before anything happens, and says what is to be journalled.
 */
final class Verbs {

  private static final Duration RECOVERY = Duration.ofMinutes(3);

  private final CorePlatform platform;
  private final PlatformBackend backend;
  private final Backends backends;
  private final Acceptance acceptance;
  private final StatusReader statusReader;
  private final Sessions sessions;
  private final Resources resources;
  private final Clock clock;

  Verbs(
      CorePlatform platform,
      PlatformBackend backend,
      Backends backends,
      Acceptance acceptance,
      StatusReader statusReader,
      Sessions sessions,
      Resources resources,
      Clock clock) {
    this.platform = platform;
    this.backend = backend;
    this.backends = backends;
    this.acceptance = acceptance;
    this.statusReader = statusReader;
    this.sessions = sessions;
    this.resources = resources;
    this.clock = clock;
  }

  Operation<FlinkApplication> deploy(
      ApplicationSpec spec, StateRestore restore, OperationOptions options) {
    platform.requireClaim(restore, spec.name());
    return acceptance.submit(
        spec.name(),
        Verb.DEPLOY,
        options,
        List.of(SpecCodec.write(spec), restore),
        (entry, o) -> {
          AppRecord r = entry.record;
          platform.requireFree(entry, spec.name());
          List<Violation> violations = new ArrayList<>(backend.check(backend.complete(spec)));
          if (restore.kind() == StateRestore.Kind.LATEST && r.resumeFrom == null) {
            violations.add(
                new Violation(
                    "restore",
                    r.stateUnknown == null
                        ? "latest: no state was kept under this name; use StateRestore.fresh() or"
                            + " from(...)"
                        : "latest: nobody knows which it is: " + r.stateUnknown));
          }
          platform.checkRestore(restore, r, violations);
          platform.requireValid("deploy", spec.name(), violations);
          platform.requireNothingLeft(spec.name());
          create(r, o, spec, restore);
          return Step.LAUNCH;
        });
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

  Operation<FlinkApplication> apply(ApplicationSpec spec, OperationOptions options) {
    return acceptance.submit(
        spec.name(),
        Verb.APPLY,
        options,
        List.of(SpecCodec.write(spec)),
        (entry, o) -> {
          AppRecord r = entry.record;
          platform.requireValid("apply", spec.name(), backend.check(backend.complete(spec)));
          if (r.session && !r.isDeleted()) {
            platform.requireFree(entry, spec.name());
          }
          if (!entry.exists() || r.isDeleted() || r.spec == null) {
            platform.requireNothingLeft(spec.name());
            create(r, o, spec, StateRestore.fresh());
            return Step.LAUNCH;
          }
          Plan plan = platform.plan(r, spec);
          if (plan.kind() == Plan.Kind.RESTART_WITH_STATE) {
            platform.require(Capability.UPGRADE, spec.name());
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
    platform.require(Capability.UPGRADE, name);
    platform.requireClaim(restore, name);
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
          platform.checkRestore(restore, entry.record, violations);
          platform.requireValid("upgrade", name, violations);
          prepareReplace(entry.record, o, spec, restore);
          return Step.DECIDE;
        });
  }

  Operation<RescaleResult> rescale(
      String name, int parallelism, RescaleOptions how, OperationOptions options) {
    platform.require(Capability.RESCALE, name);
    if (how.isInPlaceOnly()) {
      platform.require(Capability.RESCALE_IN_PLACE, name);
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
          platform.requireValid("rescale", name, scaled.validate());
          ApplicationSpec to = scaled.build();
          platform.requireValid("rescale", name, check(r, to));
          prepareReplace(r, o, to, StateRestore.latest());
          o.parallelism = parallelism;
          o.inPlaceOnly = how.isInPlaceOnly();
          o.plan =
              platform.capabilities().contains(Capability.RESCALE_IN_PLACE)
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
    platform.require(Capability.SUSPEND, name);
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
    platform.require(Capability.SUSPEND, name);
    platform.requireClaim(restore, name);
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
          ApplicationSpec spec = r.specification().orElseThrow();
          List<Violation> violations = new ArrayList<>(check(r, spec));
          platform.checkRestore(restore, r, violations);
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
          platform.requireValid("resume", name, violations);
          prepareReplace(r, o, spec, restore);
          return Step.HALT;
        });
  }

  Operation<FlinkApplication> restart(String name, OperationOptions options) {
    platform.require(Capability.RESTART, name);
    return submitExisting(
        name,
        Verb.RESTART,
        options,
        List.of(),
        (entry, o) -> {
          AppRecord r = entry.record;
          ApplicationSpec spec = r.specification().orElseThrow();
          // What it needs may be gone since it was accepted: better said before it is stopped.
          platform.requireValid("restart", name, check(r, spec));
          prepareReplace(r, o, spec, StateRestore.latest());
          return Step.DECIDE;
        });
  }

  /**
   * Starts again what died, if anything did; for the supervision.
   *
   * @param seen what was decided on: if anybody changed it since, he may have done it already
   */
  Operation<?> recover(Journal.Entry seen) {
    String name = seen.record.name;
    return acceptance.submit(
        name,
        Verb.RECOVER,
        OperationOptions.within(RECOVERY),
        List.of(),
        (entry, o) -> {
          if (!entry.isVersionOf(seen)) {
            throw new ConflictException(
                "The application changed since it was found to need a recovery; look again",
                resources.of(name),
                null);
          }
          AppRecord r = entry.record;
          platform.requireExisting(entry, Verb.RECOVER, r.session);
          AppRecord.LaunchRecord launch = Objects.requireNonNull(r.launch);
          o.targetSpec = launch.spec;
          o.allowNonRestoredState = launch.allowNonRestoredState;
          r.addRecovery(clock.millis());
          return Step.DECIDE;
        });
  }

  Operation<Savepoint> savepoint(String name, SavepointOptions where, OperationOptions options) {
    platform.require(Capability.SAVEPOINT, name);
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
    platform.require(Capability.CHECKPOINT, name);
    return submitExisting(
        name, Verb.CHECKPOINT, options, List.of(), (entry, o) -> Step.TRIGGER_CHECKPOINT);
  }

  Operation<Savepoint> dispose(String name, Savepoint savepoint, OperationOptions options) {
    platform.require(Capability.DISPOSE_SAVEPOINT, name);
    return submitExisting(
        name,
        Verb.DISPOSE,
        options,
        List.of(savepoint.location()),
        (entry, o) -> {
          AppRecord r = entry.record;
          if (r.savepoints.stream().noneMatch(s -> s.location.equals(savepoint.location()))) {
            platform.requireValid(
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
            platform.requireValid(
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

  private void prepareReplace(
      AppRecord r, OperationRecord o, ApplicationSpec spec, StateRestore restore) {
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
      platform.requireValid(
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
    platform.requireValid(
        "SavepointOptions",
        r.name,
        violations.stream().filter(v -> v.path().equals("savepointDirectory")).toList());
  }

  private List<Violation> check(AppRecord r, ApplicationSpec spec) {
    PlatformBackend of = backends.of(r);
    return of.check(of.complete(spec));
  }

  private <T> Operation<T> submitExisting(
      String name,
      Verb verb,
      OperationOptions options,
      List<?> request,
      Acceptance.Preparation preparation) {
    return acceptance.submit(
        name,
        verb,
        options,
        request,
        (entry, o) -> {
          platform.requireExisting(entry, verb, false);
          return preparation.prepare(entry, o);
        });
  }
}
