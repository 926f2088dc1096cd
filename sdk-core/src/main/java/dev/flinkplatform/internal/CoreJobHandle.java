package dev.flinkplatform.internal;

import dev.flinkplatform.Checkpoint;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.RescaleOptions;
import dev.flinkplatform.RescaleResult;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.status.JobException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What can be done with a job, whether it has a cluster of its own or runs in one with others. */
abstract class CoreJobHandle extends CoreHandle {

  CoreJobHandle(CorePlatform platform, String key) {
    super(platform, key);
  }

  public final Operation<Savepoint> savepoint(SavepointOptions where, OperationOptions options) {
    return platform.verbs().savepoint(key, where, options);
  }

  public final Operation<Checkpoint> checkpoint(OperationOptions options) {
    return platform.verbs().checkpoint(key, options);
  }

  public final List<Savepoint> savepoints() {
    return platform.savepoints(key);
  }

  public final Operation<Savepoint> dispose(Savepoint savepoint, OperationOptions options) {
    return platform.verbs().dispose(key, savepoint, options);
  }

  public final Operation<RescaleResult> rescale(
      int parallelism, RescaleOptions how, OperationOptions options) {
    return platform.verbs().rescale(key, parallelism, how, options);
  }

  public final List<JobException> exceptions() {
    return platform.exceptions(key);
  }

  public final Map<String, Double> metrics(Collection<String> names) {
    return platform.metrics(key, names);
  }
}
