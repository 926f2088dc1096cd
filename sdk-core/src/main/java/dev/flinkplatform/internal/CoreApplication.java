package dev.flinkplatform.internal;

import dev.flinkplatform.DeleteResult;
import dev.flinkplatform.FlinkApplication;
import dev.flinkplatform.Operation;
import dev.flinkplatform.OperationOptions;
import dev.flinkplatform.Savepoint;
import dev.flinkplatform.SavepointOptions;
import dev.flinkplatform.StateRestore;
import dev.flinkplatform.StateRetention;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.status.LogFile;
import java.util.List;

/** An application's name on a platform. */
final class CoreApplication extends CoreJobHandle implements FlinkApplication {

  CoreApplication(CorePlatform platform, String name) {
    super(platform, name);
  }

  @Override
  String kind() {
    return "FlinkApplication";
  }

  @Override
  public String name() {
    return key;
  }

  @Override
  public ApplicationSpec spec() {
    return platform.spec(key);
  }

  @Override
  public Operation<FlinkApplication> upgrade(
      ApplicationSpec spec, StateRestore restore, OperationOptions options) {
    return platform.verbs().upgrade(key, spec, restore, options);
  }

  @Override
  public Operation<Savepoint> suspend(SavepointOptions where, OperationOptions options) {
    return platform.verbs().suspend(key, where, options);
  }

  @Override
  public Operation<FlinkApplication> resume(StateRestore restore, OperationOptions options) {
    return platform.verbs().resume(key, restore, options);
  }

  @Override
  public Operation<FlinkApplication> restart(OperationOptions options) {
    return platform.verbs().restart(key, options);
  }

  @Override
  public Operation<DeleteResult> delete(StateRetention retention, OperationOptions options) {
    return platform.verbs().delete(key, retention, options);
  }

  @Override
  public List<LogFile> logs(int maxBytesPerFile) {
    return platform.logs(key, maxBytesPerFile);
  }
}
