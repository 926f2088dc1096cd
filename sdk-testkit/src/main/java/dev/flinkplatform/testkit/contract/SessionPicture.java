package dev.flinkplatform.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationState;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.Verb;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.testkit.Ledger;
import dev.flinkplatform.waiting.Condition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** A session cluster and its jobs before a change, to look at them after. */
final class SessionPicture {

  private static final Pattern JOB_ID = Pattern.compile("\"jid\"");
  private static final Pattern RUNNING = Pattern.compile("\"state\":\"RUNNING\"");

  private final CrashSite site;
  private final FlinkPlatform platform;
  private final String session;
  private final int taskManagers;
  private final long jobs;
  private final int savepoints;
  private final int savepointsOfJob;
  private final int parallelism;
  private final List<String> bystanders;
  private final List<Integer> starts;

  private SessionPicture(CrashSite site, FlinkPlatform platform, String session, Change change) {
    this.site = site;
    this.platform = platform;
    this.session = session;
    SessionCluster cluster = platform.session(session);
    this.taskManagers = cluster.capacity().taskManagers();
    this.jobs = count(JOB_ID, cluster);
    this.savepoints = site.savepoints(session);
    Optional<FlinkJob> job =
        change.words().contains(Change.OF_JOB)
            ? Optional.of(cluster.job(change.job()))
            : Optional.empty();
    this.savepointsOfJob = job.map(j -> j.savepoints().size()).orElse(0);
    this.parallelism = job.map(j -> j.status().parallelism()).orElse(0);
    this.bystanders =
        cluster.jobs().stream()
            .filter(j -> job.isEmpty() || !j.name().equals(change.job()))
            .filter(j -> j.status().state() == ApplicationState.RUNNING)
            .map(FlinkJob::name)
            .toList();
    this.starts = bystanders.stream().map(this::starts).toList();
  }

  static SessionPicture of(CrashSite site, FlinkPlatform platform, String session, Change change) {
    return new SessionPicture(site, platform, session, change);
  }

  /** Fails unless everything is as the change says it must be. */
  void requireAsAsked(Change change, OperationStatus end) {
    boolean bad = change.words().contains(Change.BAD);
    boolean late = change.words().contains(Change.HURRIED);
    assertThat(end.state())
        .as(end.toString())
        .isEqualTo(bad || late ? OperationState.FAILED : OperationState.SUCCEEDED);
    assertThat(end.rolledBack())
        .as(end.toString())
        .isEqualTo((bad || late) && change.verb() != Verb.BURST);
    List<OperationStatus> all = requireOneOperation(end);
    SessionCluster cluster = platform.session(session);
    requireSize(
        cluster, change.verb() == Verb.SCALE && !late ? change.parallelism() : taskManagers);
    if (change.words().contains(Change.OF_JOB)) {
      requireKnownJob(change, cluster, late);
    } else if (change.verb() != Verb.SCALE) {
      requireJob(change, cluster, bad, late);
    }
    if (change.verb() == Verb.BURST) {
      assertThat(all)
          .as("submissions of the burst")
          .filteredOn(o -> o.idempotencyKey().equals(Optional.of(end.id())))
          .hasSize(1);
    }
    for (String bystander : bystanders) {
      awaitProgress(bystander);
      requireExactlyOnce(bystander);
    }
    assertThat(bystanders.stream().map(this::starts).toList())
        .as("starts of " + bystanders + ", which have nothing to do with it")
        .isEqualTo(starts);
  }

  private List<OperationStatus> requireOneOperation(OperationStatus end) {
    List<OperationStatus> all =
        platform.operations().stream()
            .filter(
                o -> o.application().equals(session) || o.application().startsWith(session + "/"))
            .toList();
    assertThat(all)
        .as("operations that still run")
        .noneMatch(o -> o.state() == OperationState.RUNNING);
    assertThat(all)
        .as("operations of the same request")
        .filteredOn(o -> o.idempotencyKey().equals(end.idempotencyKey()))
        .hasSize(1);
    return all;
  }

  private void requireSize(SessionCluster cluster, int wanted) {
    assertThat(cluster.status().state()).isEqualTo(ApplicationState.RUNNING);
    assertThat(site.liveClusters(session)).as("live clusters").isEqualTo(1);
    assertThat(cluster.spec().taskManager().replicas()).contains(wanted);
    assertThat(cluster.capacity().taskManagersWanted()).isEqualTo(wanted);
    awaitTrue(
        "a JobManager and " + wanted + " TaskManagers",
        () -> site.processes(session) == 1 + wanted && cluster.capacity().taskManagers() == wanted);
  }

  private void requireJob(Change change, SessionCluster cluster, boolean bad, boolean late) {
    String job = change.job();
    // A late burst may have been late before Flink had the job.
    long most = change.verb() == Verb.SUBMIT && bad ? 0 : 1;
    assertThat(count(JOB_ID, cluster) - jobs)
        .as("jobs that Flink was given")
        .isBetween(late ? 0 : most, most);
    Optional<FlinkJob> found =
        cluster.jobs().stream().filter(j -> j.name().equals(job)).findFirst();
    Optional<ApplicationState> state = found.map(j -> j.status().state());
    if (late) {
      assertThat(state.orElse(ApplicationState.CANCELED)).isEqualTo(ApplicationState.CANCELED);
    } else if (bad) {
      assertThat(state).isEmpty();
    } else if (change.verb() == Verb.BURST) {
      assertThat(state).contains(ApplicationState.FINISHED);
      assertThat(Ledger.read(site.ledger(job)).committed()).isEqualTo(Change.BURST_TOTAL);
    } else {
      assertThat(state).contains(ApplicationState.RUNNING);
      awaitProgress(job);
    }
    if (!bad) {
      assertThat(starts(job)).as("starts of " + job).isBetween(late ? 0 : 1, 1);
    }
    requireExactlyOnce(job);
  }

  /** A job that was there before. */
  private void requireKnownJob(Change change, SessionCluster cluster, boolean late) {
    Optional<FlinkJob> found =
        cluster.jobs().stream().filter(j -> j.name().equals(change.job())).findFirst();
    boolean ends = change.verb() == Verb.DELETE || change.verb() == Verb.SUSPEND;
    if (change.verb() == Verb.DELETE) {
      assertThat(found).isEmpty();
    } else if (change.verb() == Verb.SUSPEND) {
      assertThat(found.orElseThrow().status().state()).isEqualTo(ApplicationState.SUSPENDED);
    } else {
      ApplicationStatus status = found.orElseThrow().await(Condition.running(), site.timeout());
      if (change.verb() != Verb.RESUME) {
        assertThat(status.parallelism())
            .as(status.toString())
            .isEqualTo(change.verb() == Verb.RESCALE && !late ? change.parallelism() : parallelism);
      }
      awaitProgress(change.job());
    }
    boolean inPlace = change.words().contains(Change.ADAPTIVE);
    int startsAnew =
        switch (change.verb()) {
          // One that is rolled back was started twice: as asked, and as it was.
          case RESCALE -> inPlace ? 0 : late ? 2 : 1;
          case RESUME -> 1;
          default -> 0;
        };
    assertThat(count(JOB_ID, cluster) - jobs).as("jobs that Flink was given").isEqualTo(startsAnew);
    int running = bystanders.size() + (ends ? 0 : 1);
    awaitTrue(running + " running jobs", () -> count(RUNNING, cluster) == running);
    assertThat(site.savepoints(session) - savepoints)
        .as("new savepoints")
        .isEqualTo(
            switch (change.verb()) {
              case SAVEPOINT, SUSPEND -> 1;
              case RESCALE -> inPlace ? 0 : 1;
              case DISPOSE -> -1;
              case DELETE -> change.words().contains("purge") ? -savepointsOfJob : 0;
              default -> 0;
            });
    requireExactlyOnce(change.job());
  }

  private int starts(String job) {
    return Ledger.read(site.ledger(job)).starts().size();
  }

  private void requireExactlyOnce(String job) {
    Ledger ledger = Ledger.read(site.ledger(job));
    assertThat(ledger.isExactlyOnce()).as(ledger.toString()).isTrue();
  }

  private void awaitProgress(String job) {
    long now = Ledger.read(site.ledger(job)).committed();
    awaitTrue(
        "more than " + now + " committed records of " + job,
        () -> Ledger.read(site.ledger(job)).committed() > now);
  }

  private void awaitTrue(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(site.timeout())
        .pollInterval(Duration.ofMillis(50))
        .until(condition);
  }

  /** How many jobs Flink was ever given, or has in a state, as it says itself. */
  private static long count(Pattern what, SessionCluster cluster) {
    URI flink = cluster.status().webUi().orElseThrow();
    String base = flink.toString();
    URI overview = URI.create((base.endsWith("/") ? base : base + "/") + "jobs/overview");
    try {
      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(overview).timeout(Duration.ofSeconds(30)).build(),
                  HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(overview.toString()).isEqualTo(200);
      return what.matcher(Objects.requireNonNull(response.body())).results().count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }
}
