package dev.flinkplatform.cmf.rest;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One version of an application: CMF makes one for each change of its spec, and keeps the last 100.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfApplicationInstance extends CmfResource {

  private CmfApplicationInstance(Map<String, ?> json) {
    super(json);
  }

  static CmfApplicationInstance read(Map<String, ?> json) {
    return new CmfApplicationInstance(json);
  }

  /**
   * Returns the spec that runs: that of the application with the defaults of the environment, which
   * win, as they were when the instance was made.
   *
   * @return a FlinkDeployment spec; unmodifiable, empty if it was not read
   */
  public Map<String, @Nullable Object> effectiveSpec() {
    return Trees.map(json(), "status", "spec");
  }

  /**
   * Returns the id of the job.
   *
   * @return 32 hexadecimal digits; empty if there is none yet
   */
  public Optional<String> jobId() {
    return Trees.text(json(), "status", "jobStatus", "jobId").filter(s -> !s.isEmpty());
  }

  /**
   * Returns the last status of the job, as Flink names it.
   *
   * @return for example FINISHED; empty if there is none yet
   */
  public Optional<String> jobState() {
    return Trees.text(json(), "status", "jobStatus", "state").filter(s -> !s.isEmpty());
  }
}
