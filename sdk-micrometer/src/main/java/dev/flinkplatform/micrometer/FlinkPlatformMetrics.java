package dev.flinkplatform.micrometer;

import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.OperationStatus;
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
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds a platform to a registry of Micrometer: gauges of every application, counters and timers of
 * operations, failures and restarts. All names begin with {@code flink.platform.}
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

  /** Looks at all applications now. Blocks for as long as the backend takes to answer. */
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
    private final MultiGauge state;
    private final List<Row> rows = new ArrayList<>();
    private final Subscription events;

    /** A gauge that every application has. */
    private record Row(MultiGauge gauge, ToDoubleFunction<ApplicationStatus> value) {}

    Binding(MeterRegistry registry) {
      this.registry = registry;
      this.state = gauge("application.state", "1 for the present state", null);
      row("vertices", "vertices of the job", null, s -> s.vertices().size());
      row(
          "vertices.running",
          "vertices of which every task runs",
          null,
          s -> s.vertices().stream().filter(VertexStatus::isRunning).count());
      row("parallelism", "the highest parallelism of any vertex", null, s -> s.parallelism());
      row("restarts", "restarts of the present run", null, s -> s.restarts());
      row("slots.total", "slots of the cluster", null, s -> s.slotsTotal());
      row("slots.free", "free slots of the cluster", null, s -> s.slotsFree());
      row("taskmanagers", "registered TaskManagers", null, s -> s.taskManagers().size());
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
      this.events = platform.subscribe(this::hear);
    }

    private MultiGauge gauge(String name, String description, @Nullable String unit) {
      return MultiGauge.builder(PREFIX + name)
          .description(description)
          .baseUnit(unit)
          .register(registry);
    }

    private void row(
        String name,
        String description,
        @Nullable String unit,
        ToDoubleFunction<ApplicationStatus> value) {
      rows.add(new Row(gauge("application." + name, description, unit), value));
    }

    void begin() {
      look();
      ScheduledFuture<?> unused =
          thread.scheduleWithFixedDelay(
              this::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private synchronized void look() {
      List<ApplicationStatus> seen = new ArrayList<>();
      try {
        for (FlinkApplication app : platform.applications()) {
          add(seen, app);
        }
      } catch (FlinkPlatformException e) {
        logger.debug("The applications cannot be listed; their gauges stay as they are", e);
        return;
      }
      state.register(
          seen.stream()
              .map(
                  s ->
                      MultiGauge.Row.of(
                          Tags.of("application", s.name(), "state", s.state().name()), 1))
              .toList(),
          true);
      for (Row row : rows) {
        List<MultiGauge.Row<?>> values = new ArrayList<>();
        for (ApplicationStatus s : seen) {
          values.add(MultiGauge.Row.of(Tags.of("application", s.name()), s, row.value()));
        }
        row.gauge().register(values, true);
      }
    }

    private void add(List<ApplicationStatus> seen, FlinkApplication app) {
      try {
        ApplicationStatus status = app.status();
        if (status.state() != ApplicationState.ABSENT) {
          seen.add(status);
        }
      } catch (FlinkPlatformException e) {
        logger.debug("'{}' cannot be asked", app.name(), e);
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
        count("job.failures", Tags.of("application", failed.application()));
      } else if (event instanceof PlatformEvent.ProcessRestarted restarted) {
        count("process.restarts", Tags.of("application", restarted.application()));
      } else if (event instanceof PlatformEvent.EventsDropped dropped) {
        Counter.builder(PREFIX + "events.dropped")
            .register(registry)
            .increment((double) dropped.number());
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
}
