package dev.flinkplatform.micrometer;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationStatus;
import dev.flinkplatform.SessionCluster;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.event.PlatformEvent;
import dev.flinkplatform.event.Subscription;
import dev.flinkplatform.status.ApplicationState;
import dev.flinkplatform.status.ApplicationStatus;
import dev.flinkplatform.status.VertexStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds a platform to a registry of Micrometer: gauges of every application, session cluster and
 * job in one, counters and timers of operations, failures and restarts. All names begin with {@code
 * flink.platform.}
 *
 * <p>The gauges come from looks at intervals, on a thread of their own, so that reading a registry
 * never waits for Flink. Looking changes nothing. Thread-safe; close it before the platform.
 */
public final class FlinkPlatformMetrics implements MeterBinder, AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(FlinkPlatformMetrics.class);

  private static final String PREFIX = "flink.platform.";

  private final FlinkPlatform platform;
  private final Duration interval;
  private final Clock clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread t = new Thread(work, "flinkplatform-metrics");
            t.setDaemon(true);
            return t;
          });
  private final List<Binding> bindings = new ArrayList<>();
  private boolean closed;

  /**
   * Makes a binder that looks every ten seconds.
   *
   * @param platform the platform; not closed by this
   */
  public FlinkPlatformMetrics(FlinkPlatform platform) {
    this(platform, Duration.ofSeconds(10));
  }

  /**
   * Makes a binder.
   *
   * @param platform the platform; not closed by this
   * @param interval the pause between two looks, one millisecond or more
   * @throws IllegalArgumentException if the interval is too short
   */
  public FlinkPlatformMetrics(FlinkPlatform platform, Duration interval) {
    this(platform, interval, Clock.systemUTC());
  }

  FlinkPlatformMetrics(FlinkPlatform platform, Duration interval, Clock clock) {
    this.platform = Objects.requireNonNull(platform, "platform");
    this.interval = Objects.requireNonNull(interval, "interval");
    this.clock = clock;
    if (interval.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException("interval must be 1 ms or more, got " + interval);
    }
  }

  /**
   * Binds to a registry, until this is closed. Blocks while the first look is taken.
   *
   * @param registry the registry
   * @throws IllegalStateException if this is closed
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    Binding binding = new Binding(registry);
    synchronized (this) {
      if (closed) {
        binding.close();
        throw new IllegalStateException("closed");
      }
      bindings.add(binding);
    }
    binding.begin();
  }

  /**
   * Looks at all applications, session clusters and jobs now. Blocks for as long as the backend
   * takes to answer.
   */
  public void refresh() {
    List<Binding> all;
    synchronized (this) {
      all = List.copyOf(bindings);
    }
    all.forEach(Binding::look);
  }

  /** Ends looking and listening; meters keep their last values. */
  @Override
  public void close() {
    List<Binding> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(bindings);
      bindings.clear();
    }
    all.forEach(Binding::close);
    thread.shutdownNow();
  }

  /** One registry. */
  private final class Binding {

    private final MeterRegistry registry;
    private final Group applications;
    private final Group sessions;
    private final Group jobs;
    private final Subscription events;

    Binding(MeterRegistry registry) {
      this.registry = registry;
      this.applications = new Group(registry, "application.");
      applications.ofJob(clock);
      applications.ofCluster();
      this.sessions = new Group(registry, "session.");
      sessions.ofCluster();
      this.jobs = new Group(registry, "session.job.");
      jobs.ofJob(clock);
      this.events = platform.subscribe(this::hear);
    }

    void begin() {
      look();
      ScheduledFuture<?> unused =
          thread.scheduleWithFixedDelay(
              this::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void look() {
      Map<Tags, ApplicationStatus> apps = new LinkedHashMap<>();
      Map<Tags, ApplicationStatus> clusters = new LinkedHashMap<>();
      Map<Tags, ApplicationStatus> inClusters = new LinkedHashMap<>();
      try {
        for (FlinkApplication app : platform.applications()) {
          add(apps, Tags.of("application", app.name()), app::status);
        }
        for (SessionCluster session : platform.sessions()) {
          add(clusters, Tags.of("session", session.name()), session::status);
          for (FlinkJob job : session.jobs()) {
            add(inClusters, tags(job.session(), job.name()), job::status);
          }
        }
      } catch (FlinkPlatformException e) {
        logger.debug("What there is cannot be listed; its gauges stay as they are", e);
        return;
      }
      applications.register(apps);
      sessions.register(clusters);
      jobs.register(inClusters);
    }

    private static void add(
        Map<Tags, ApplicationStatus> seen, Tags tags, Supplier<ApplicationStatus> look) {
      try {
        ApplicationStatus status = look.get();
        if (status.state() != ApplicationState.ABSENT) {
          seen.put(tags, status);
        }
      } catch (FlinkPlatformException e) {
        logger.debug("{} cannot be asked", tags, e);
      }
    }

    private void hear(PlatformEvent event) {
      if (event instanceof PlatformEvent.OperationStarted started) {
        count("operations.started", Tags.of("verb", word(started.verb())));
      } else if (event instanceof PlatformEvent.OperationEnded ended) {
        OperationStatus status = ended.status();
        Timer.builder(PREFIX + "operations")
            .description("operations that ended, and how long they took")
            .tags("verb", word(status.verb()), "outcome", word(status.state()))
            .register(registry)
            .record(Duration.between(status.startedAt(), ended.at()));
      } else if (event instanceof PlatformEvent.JobFailed failed) {
        count("job.failures", failed.application());
      } else if (event instanceof PlatformEvent.ProcessRestarted restarted) {
        count("process.restarts", restarted.application());
      } else if (event instanceof PlatformEvent.EventsDropped dropped) {
        Counter.builder(PREFIX + "events.dropped")
            .register(registry)
            .increment((double) dropped.number());
      }
    }

    /** Meters of one name must have the same tags: those of jobs in sessions are of another. */
    private void count(String name, String application) {
      int slash = application.indexOf('/');
      if (slash < 0) {
        count(name, Tags.of("application", application));
      } else {
        count(
            "session." + name,
            tags(application.substring(0, slash), application.substring(slash + 1)));
      }
    }

    private void count(String name, Tags tags) {
      Counter.builder(PREFIX + name).tags(tags).register(registry).increment();
    }

    void close() {
      events.close();
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Tags tags(String session, String job) {
    return Tags.of("session", session, "job", job);
  }

  /** The gauges that everything of a kind has. */
  private static final class Group {

    private final MeterRegistry registry;
    private final String prefix;
    private final MultiGauge state;
    private final List<Row> rows = new ArrayList<>();

    private record Row(MultiGauge gauge, ToDoubleFunction<ApplicationStatus> value) {}

    Group(MeterRegistry registry, String prefix) {
      this.registry = registry;
      this.prefix = PREFIX + prefix;
      this.state = gauge("state", "1 for the present state", null);
    }

    void ofJob(Clock clock) {
      row("vertices", "vertices of the job", null, s -> s.vertices().size());
      row(
          "vertices.running",
          "vertices of which every task runs",
          null,
          s -> s.vertices().stream().filter(VertexStatus::isRunning).count());
      row("parallelism", "the highest parallelism of any vertex", null, s -> s.parallelism());
      row("restarts", "restarts of the present run", null, s -> s.restarts());
      row("checkpoints.completed", "of the present run", null, s -> s.completedCheckpoints());
      row(
          "checkpoint.size",
          "size of the latest completed checkpoint",
          "bytes",
          s -> s.latestCheckpoint().map(c -> (double) c.stateBytes()).orElse(Double.NaN));
      row(
          "checkpoint.age",
          "age of the latest completed checkpoint",
          "seconds",
          s ->
              s.latestCheckpoint()
                  .map(c -> Duration.between(c.completedAt(), clock.instant()).toMillis() / 1000.0)
                  .orElse(Double.NaN));
    }

    void ofCluster() {
      row("slots.total", "slots of the cluster", null, s -> s.slotsTotal());
      row("slots.free", "free slots of the cluster", null, s -> s.slotsFree());
      row("taskmanagers", "registered TaskManagers", null, s -> s.taskManagers().size());
    }

    private void row(
        String name,
        String description,
        @Nullable String unit,
        ToDoubleFunction<ApplicationStatus> value) {
      rows.add(new Row(gauge(name, description, unit), value));
    }

    private MultiGauge gauge(String name, String description, @Nullable String unit) {
      return MultiGauge.builder(prefix + name)
          .description(description)
          .baseUnit(unit)
          .register(registry);
    }

    void register(Map<Tags, ApplicationStatus> seen) {
      List<MultiGauge.Row<?>> states = new ArrayList<>();
      seen.forEach(
          (tags, s) -> states.add(MultiGauge.Row.of(tags.and("state", s.state().name()), 1)));
      state.register(states, true);
      for (Row row : rows) {
        List<MultiGauge.Row<?>> values = new ArrayList<>();
        seen.forEach((tags, s) -> values.add(MultiGauge.Row.of(tags, s, row.value())));
        row.gauge().register(values, true);
      }
    }
  }
}
