package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.Failure;
import dev.flinkplatform.JobId;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spi.Launch;
import dev.flinkplatform.status.JobState;
import dev.flinkplatform.status.TaskManagerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One start of an application, or of a session cluster: its processes, and who has their slots.
 * Guarded by the world's monitor.
 */
final class Cluster {

  private static final Duration TAKE_OVER = Duration.ofSeconds(2);
  private static final Duration HALTING = Duration.ofMillis(500);

  private final World world;
  private final String name;
  private final ApplicationSpec spec;

  /** The start; a later attempt of the same start replaces it. */
  final Launch launch;

  private final List<TaskManager> taskManagers = new ArrayList<>();
  private int taskManagersWanted;
  private int taskManagersEver;
  private boolean jobManager = true;
  private boolean answers;
  private boolean frozen;
  private boolean halting;
  private boolean gone;
  private Optional<Failure> failure = Optional.empty();

  /** Counts the JobManagers that led. */
  private int leaders;

  /** The jobs, in the order they came; an application has its own from the start. */
  private final Map<JobId, Job> jobs = new LinkedHashMap<>();

  /** What was asked to be disposed of, by trigger. */
  private final Set<String> disposals = new HashSet<>();

  private record TaskManager(String id, boolean registered) {}

  Cluster(World world, Launch launch) {
    this.world = world;
    this.launch = launch;
    this.spec = launch.spec();
    this.name = spec.name();
    if (!spec.isSessionCluster()) {
      jobs.put(launch.jobId(), new Job(world, this, name, launch, Program.of(spec, world.jobs)));
    }
  }

  /** Does something later, unless the cluster is gone by then. */
  void later(Duration delay, Runnable work) {
    world.time.after(
        delay,
        () -> {
          synchronized (world) {
            if (!gone) {
              work.run();
            }
          }
        });
  }

  // ---- processes ----

  /**
   * Starts it.
   *
   * @param found jobs that an earlier attempt of the same start left: with high availability they
   *     go on
   */
  void start(List<Job> found) {
    world.log(name, "JobManager of " + launch.id() + " starts");
    later(world.startup.dividedBy(2), () -> answers = jobManager);
    scale(spec.taskManagers());
    jobs.values().forEach(job -> job.submitLater(world.startup));
    for (Job job : found) {
      jobs.put(job.launch.jobId(), job);
      job.moveTo(this, world.startup);
    }
  }

  /** Brings the TaskManagers to a number: starts those that are missing, stops idle ones. */
  void scale(int count) {
    taskManagersWanted = count;
    while (taskManagers.size() < count) {
      String id = "taskmanager-" + ++taskManagersEver;
      taskManagers.add(new TaskManager(id, false));
      world.log(name, "TaskExecutor " + id + " starts");
      later(world.startup, () -> register(id));
    }
    int used = (usedSlots() + slots() - 1) / slots();
    while (taskManagers.size() > Math.max(count, used)) {
      taskManagers.remove(taskManagers.size() - 1);
    }
  }

  private void register(String id) {
    boolean known = taskManagers.removeIf(t -> t.id().equals(id));
    if (known) {
      taskManagers.add(
          (int) taskManagers.stream().filter(TaskManager::registered).count(),
          new TaskManager(id, true));
      List.copyOf(jobs.values()).forEach(Job::offered);
    }
  }

  private int slots() {
    return spec.taskManager().slots();
  }

  private int usedSlots() {
    return jobs.values().stream().mapToInt(Job::slots).sum();
  }

  /** How many slots there are for a job: those that no other one has. */
  int slotsFor(Job job) {
    int total = slots() * (int) taskManagers.stream().filter(TaskManager::registered).count();
    return Math.max(0, total - usedSlots() + job.slots());
  }

  /** A job gave slots back, and another may wait for them. */
  void slotsFreed() {
    later(Duration.ZERO, () -> List.copyOf(jobs.values()).forEach(Job::offeredSlots));
  }

  Optional<String> aTaskManager() {
    return taskManagers.stream().map(TaskManager::id).findFirst();
  }

  /** Ends one TaskManager, as an accident would; false if there is none. */
  boolean killTaskManager() {
    if (taskManagers.isEmpty()) {
      return false;
    }
    TaskManager victim = taskManagers.remove(0);
    world.log(name, "TaskExecutor " + victim.id() + " is gone");
    int slot = 0;
    for (Job job : List.copyOf(jobs.values())) {
      // The first TaskManager has the first slots.
      boolean hit = job.isRunning() && slot < slots();
      slot += job.slots();
      if (hit) {
        job.fail(
            "org.apache.flink.runtime.jobmaster.JobMasterException: TaskManager with id "
                + victim.id()
                + " is no longer reachable.",
            "",
            Optional.of(victim.id()));
      }
    }
    return true;
  }

  /** Ends the JobManager, as an accident would. */
  void killJobManager() {
    int leader = ++leaders;
    jobs.values().forEach(Job::interrupt);
    disposals.clear();
    answers = false;
    frozen = false;
    world.log(name, "JobManager is gone");
    if (!spec.isHighlyAvailable()) {
      jobManager = false;
      failure =
          Optional.of(
              Failure.of(
                  Failure.Kind.PROCESS_DIED,
                  "the JobManager died without a word; it may have been killed"));
      return;
    }
    later(
        TAKE_OVER,
        () -> {
          if (leader == leaders && !halting) {
            answers = true;
            world.log(name, "JobMaster took over");
            List.copyOf(jobs.values()).forEach(Job::takenOver);
          }
        });
  }

  /** Takes everything down; true when it is gone. */
  boolean halt() {
    if (!halting) {
      jobs.values().forEach(Job::interrupt);
      halting = true;
      answers = false;
      jobManager = false;
      later(
          HALTING,
          () -> {
            gone = true;
            taskManagers.clear();
            world.clusters.remove(name, this);
            if (!unfinished().isEmpty()) {
              world.suspended.put(name, this);
            }
          });
    }
    return gone;
  }

  /** Takes what is left of it away, since another attempt of the same start comes instead. */
  void replaced() {
    jobs.values().forEach(Job::interrupt);
    gone = true;
  }

  /** The jobs that the next attempt of the same start finds. */
  List<Job> unfinished() {
    return spec.isSessionCluster() && spec.isHighlyAvailable()
        ? jobs.values().stream()
            .filter(j -> j.state().filter(s -> !s.isTerminal()).isPresent())
            .toList()
        : List.of();
  }

  // ---- jobs ----

  /** Takes a job into a session cluster, unless it is in there. */
  void submit(Launch job, Program program) {
    if (jobs.containsKey(job.jobId())) {
      return;
    }
    String key = name + "/" + job.spec().name();
    jobs.values().stream()
        .filter(j -> j.name().equals(key) && j.state().filter(JobState::isTerminal).isEmpty())
        .forEach(
            j ->
                world.violated(
                    "job " + job.jobId() + " beside " + j.launch.jobId() + ", both " + key));
    Job submitted = new Job(world, this, key, job, program);
    jobs.put(job.jobId(), submitted);
    submitted.submit();
  }

  /** A job that Flink knows. */
  Optional<Job> job(JobId id) {
    return Optional.ofNullable(jobs.get(id)).filter(j -> j.state().isPresent());
  }

  /** The last job of a name: that of the application, or of one in a session cluster. */
  Optional<Job> job(String key) {
    return jobs.values().stream().filter(j -> j.name().equals(key)).reduce((a, b) -> b);
  }

  // ---- what is asked ----

  String name() {
    return name;
  }

  boolean answers() {
    return jobManager && answers && !frozen && !halting;
  }

  /** Lets the JobManager hang, or go on. */
  void freeze(boolean now) {
    frozen = now;
  }

  boolean jobManagerLives() {
    return jobManager && !halting;
  }

  boolean isHalting() {
    return halting;
  }

  Optional<Failure> failure() {
    return failure;
  }

  int taskManagers() {
    return taskManagers.size();
  }

  int taskManagersWanted() {
    return taskManagersWanted;
  }

  List<TaskManagerStatus> taskManagerStatus() {
    List<TaskManagerStatus> out = new ArrayList<>();
    int used = usedSlots();
    for (TaskManager t : taskManagers) {
      if (t.registered()) {
        int here = Math.min(used, slots());
        used -= here;
        out.add(new TaskManagerStatus(t.id(), slots(), slots() - here));
      }
    }
    return out;
  }

  /** Deletes a savepoint; returns the trigger's id. */
  String dispose(String location) {
    world.removeState(location);
    String id = world.hex(32);
    disposals.add(id);
    return id;
  }

  boolean isDisposal(String id) {
    return disposals.contains(id);
  }
}
