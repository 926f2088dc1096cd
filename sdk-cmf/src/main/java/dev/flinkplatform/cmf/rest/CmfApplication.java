package dev.flinkplatform.cmf.rest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Flink application of CMF: a FlinkDeployment spec of the Flink Kubernetes Operator as JSON, and
 * the status of that deployment.
 *
 * <p>What really runs is the spec merged with the defaults of the environment, which win: see
 * {@link CmfApplicationInstance#effectiveSpec()}.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfApplication extends CmfResource {

  static final String KIND = "FlinkApplication";

  private CmfApplication(Map<String, ?> json) {
    super(json);
  }

  /**
   * Takes an application from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the application
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfApplication of(Map<String, ?> json) {
    return new CmfApplication(json);
  }

  /**
   * Starts an application.
   *
   * @param name 1 to 253 of a-z, 0-9, '-' and '.'; later servers take up to 45 characters
   * @return a builder
   */
  public static Builder builder(String name) {
    return new Builder(CmfResource.Builder.envelope(KIND, name));
  }

  /**
   * Starts a builder with all that this application has, for read, change, write.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(json());
  }

  /**
   * Returns where the deployment stands.
   *
   * @return the state; empty if there is none yet, {@link CmfLifecycleState#UNKNOWN} for one this
   *     SDK does not know
   */
  public Optional<CmfLifecycleState> lifecycleState() {
    return Trees.text(json(), "status", "lifecycleState").map(CmfLifecycleState::of);
  }

  /**
   * Returns the status of the JobManager's deployment.
   *
   * @return for example READY, DEPLOYING, MISSING, ERROR; empty if there is none yet
   */
  public Optional<String> jobManagerDeploymentStatus() {
    return Trees.text(json(), "status", "jobManagerDeploymentStatus");
  }

  /**
   * Returns the status of the job, as Flink names it.
   *
   * @return for example RUNNING; empty if there is none yet
   */
  public Optional<String> jobState() {
    return Trees.text(json(), "status", "jobStatus", "state").filter(s -> !s.isEmpty());
  }

  /**
   * Returns the id of the job in its Flink cluster.
   *
   * @return 32 hexadecimal digits; empty if there is none yet
   */
  public Optional<String> jobId() {
    return Trees.text(json(), "status", "jobStatus", "jobId").filter(s -> !s.isEmpty());
  }

  /**
   * Returns the instance that is deployed now. After a change it is still the one before, until the
   * change is really made.
   *
   * @return the name of a {@link CmfApplicationInstance}; empty if none is
   */
  public Optional<String> currentDeployedInstance() {
    return Trees.text(json(), "status", "currentDeployedInstanceName").filter(s -> !s.isEmpty());
  }

  /**
   * Returns CMF's warning that the status may be old, because the Kubernetes cluster cannot be
   * reached.
   *
   * @return the warning; empty if there is none
   */
  public Optional<String> warning() {
    return Trees.text(json(), "status", "warning").filter(s -> !s.isEmpty());
  }

  /**
   * Returns the error of the deployment.
   *
   * @return what the operator wrote, often JSON with a stack trace; empty if there is none
   */
  public Optional<String> error() {
    return Trees.text(json(), "status", "error").filter(s -> !s.isEmpty());
  }

  /**
   * Returns the state of the job that the spec asks for.
   *
   * @return {@code running} or {@code suspended}; empty if the spec does not say
   */
  public Optional<String> desiredState() {
    return Trees.text(json(), "spec", "job", "state");
  }

  @Override
  List<String> faults() {
    List<String> faults = envelopeFaults(KIND);
    Rules.name(faults, "metadata.name", name(), 1);
    Rules.object(faults, json(), "spec");
    CmfSavepointSchedule.faults(faults, json(), "spec", "savepointSchedule");
    return faults;
  }

  /** Collects a {@link CmfApplication}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfApplication, Builder> {

    private Builder(Map<String, ?> json) {
      super(json);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfApplication create(Map<String, @Nullable Object> tree) {
      return new CmfApplication(tree);
    }

    /**
     * Sets the whole spec. CMF knows no partial changes: what is left out is gone.
     *
     * @param spec a FlinkDeployment spec
     * @return this builder
     */
    public Builder spec(Map<String, ?> spec) {
      return field(spec, "spec");
    }

    /**
     * Sets the image.
     *
     * @param image for example {@code confluentinc/cp-flink:1.19.3-cp2}
     * @return this builder
     */
    public Builder image(String image) {
      return field(image, "spec", "image");
    }

    /**
     * Sets the Flink version, as the operator writes it.
     *
     * @param version for example {@code v1_19}
     * @return this builder
     */
    public Builder flinkVersion(String version) {
      return field(version, "spec", "flinkVersion");
    }

    /**
     * Sets the Flink configuration.
     *
     * @param configuration keys and values
     * @return this builder
     */
    public Builder flinkConfiguration(Map<String, String> configuration) {
      return field(configuration, "spec", "flinkConfiguration");
    }

    /**
     * Sets the Kubernetes service account.
     *
     * @param name of the account
     * @return this builder
     */
    public Builder serviceAccount(String name) {
      return field(name, "spec", "serviceAccount");
    }

    /**
     * Sets what the JobManager gets.
     *
     * @param cpu in cores
     * @param memory for example {@code 1024m}
     * @return this builder
     */
    public Builder jobManagerResource(Number cpu, String memory) {
      return field(cpu, "spec", "jobManager", "resource", "cpu")
          .field(memory, "spec", "jobManager", "resource", "memory");
    }

    /**
     * Sets what each TaskManager gets.
     *
     * @param cpu in cores
     * @param memory for example {@code 1024m}
     * @return this builder
     */
    public Builder taskManagerResource(Number cpu, String memory) {
      return field(cpu, "spec", "taskManager", "resource", "cpu")
          .field(memory, "spec", "taskManager", "resource", "memory");
    }

    /**
     * Sets the job.
     *
     * @param job the object {@code spec.job}: {@code jarURI}, {@code parallelism}, {@code state},
     *     {@code upgradeMode} and others
     * @return this builder
     */
    public Builder job(Map<String, ?> job) {
      return field(job, "spec", "job");
    }

    /**
     * Lets CMF make savepoints by a schedule; servers of 2.4 and later.
     *
     * @param schedule when, and how many are kept
     * @return this builder
     */
    public Builder savepointSchedule(CmfSavepointSchedule schedule) {
      return field(schedule.json(), "spec", "savepointSchedule");
    }
  }
}
