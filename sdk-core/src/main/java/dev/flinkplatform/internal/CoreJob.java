package dev.flinkplatform.internal;

import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.FlinkJob;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.spec.JobSpec;

/** A job's name in a session cluster. Its record is like an application's, and so are its verbs. */
final class CoreJob extends CoreJobHandle implements FlinkJob {

  CoreJob(CorePlatform platform, String key) {
    super(platform, key);
  }

  @Override
  String kind() {
    return "FlinkJob";
  }

  @Override
  public String name() {
    return key.substring(key.indexOf('/') + 1);
  }

  @Override
  public String session() {
    return key.substring(0, key.indexOf('/'));
  }

  @Override
  public JobSpec spec() {
    return platform.spec(key).job();
  }

  @Override
  public Operation<Savepoint> stop(SavepointOptions where, OperationOptions options) {
    return platform.verbs().suspend(key, where, options);
  }

  @Override
  public Operation<FlinkJob> resume(StateRestore restore, OperationOptions options) {
    return platform.verbs().resume(key, restore, options);
  }

  @Override
  public Operation<DeleteResult> cancel(StateRetention retention, OperationOptions options) {
    return platform.verbs().delete(key, retention, options);
  }
}
