package dev.flinkplatform.cmf.rest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A compute pool of CMF: the Flink cluster, or the clusters, that run SQL statements.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfComputePool extends CmfResource {

  static final String KIND = "ComputePool";

  private CmfComputePool(Map<String, ?> json) {
    super(json);
  }

  /**
   * Takes a compute pool from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the compute pool
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfComputePool of(Map<String, ?> json) {
    return new CmfComputePool(json);
  }

  /**
   * Starts a pool that gives each statement a Flink cluster of its own.
   *
   * @param name 1 to 253 of a-z, 0-9, '-' and '.'; later servers take up to 45 characters
   * @return a builder
   */
  public static Builder dedicated(String name) {
    return new Builder(CmfResource.Builder.envelope(KIND, name)).field("DEDICATED", "spec", "type");
  }

  /**
   * Starts a pool whose statements share one Flink cluster; servers of 2.3 and later.
   *
   * @param name 1 to 253 of a-z, 0-9, '-' and '.'; later servers take up to 45 characters
   * @return a builder
   */
  public static Builder shared(String name) {
    return new Builder(CmfResource.Builder.envelope(KIND, name)).field("SHARED", "spec", "type");
  }

  /**
   * Starts a builder with all that this pool has, for read, change, write.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(json());
  }

  /**
   * Tells whether its statements share one cluster.
   *
   * @return true if so
   */
  public boolean isShared() {
    return Trees.textOr("", json(), "spec", "type").equalsIgnoreCase("SHARED");
  }

  /**
   * Returns the cluster that is wanted.
   *
   * @return like a FlinkDeployment spec, without job; unmodifiable
   */
  public Map<String, @Nullable Object> clusterSpec() {
    return Trees.map(json(), "spec", "clusterSpec");
  }

  /**
   * Tells whether a shared pool is wanted to have no cluster.
   *
   * @return true if so
   */
  public boolean isSuspended() {
    return Trees.textOr("", json(), "spec", "state").equalsIgnoreCase("SUSPENDED");
  }

  /**
   * Returns where it stands.
   *
   * @return the phase; empty if there is none yet, {@link CmfComputePoolPhase#UNKNOWN} for one this
   *     SDK does not know
   */
  public Optional<CmfComputePoolPhase> phase() {
    return Trees.text(json(), "status", "phase").map(CmfComputePoolPhase::of);
  }

  /**
   * Returns what CMF says of its phase.
   *
   * @return the text; empty if there is none
   */
  public Optional<String> message() {
    return Trees.text(json(), "status", "message").filter(s -> !s.isEmpty());
  }

  /**
   * Returns CMF's warning that the status may be old.
   *
   * @return the warning; empty if there is none
   */
  public Optional<String> warning() {
    return Trees.text(json(), "status", "warning").filter(s -> !s.isEmpty());
  }

  @Override
  List<String> faults() {
    List<String> faults = envelopeFaults(KIND);
    Rules.name(faults, "metadata.name", name(), 1);
    Rules.object(faults, json(), "spec");
    Rules.required(faults, json(), "spec", "type");
    Rules.text(faults, json(), "spec", "type");
    Rules.text(faults, json(), "spec", "state");
    if (spec().get("state") != null && !isShared()) {
      faults.add("spec.state is for shared pools only: a dedicated one has no cluster of its own");
    }
    Rules.object(faults, json(), "spec", "clusterSpec");
    for (String refused : List.of("job", "serviceAccount")) {
      if (clusterSpec().get(refused) != null) {
        faults.add("spec.clusterSpec." + refused + " is set by CMF itself: leave it out");
      }
    }
    return faults;
  }

  /** Collects a {@link CmfComputePool}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfComputePool, Builder> {

    private Builder(Map<String, ?> json) {
      super(json);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfComputePool create(Map<String, @Nullable Object> tree) {
      return new CmfComputePool(tree);
    }

    /**
     * Sets the whole cluster.
     *
     * @param clusterSpec like a FlinkDeployment spec, without job and service account
     * @return this builder
     */
    public Builder clusterSpec(Map<String, ?> clusterSpec) {
      return field(clusterSpec, "spec", "clusterSpec");
    }

    /**
     * Sets the image.
     *
     * @param image a cp-flink-sql image that goes with the version of CMF
     * @return this builder
     */
    public Builder image(String image) {
      return field(image, "spec", "clusterSpec", "image");
    }

    /**
     * Sets the Flink version, as the operator writes it.
     *
     * @param version for example {@code v1_19}
     * @return this builder
     */
    public Builder flinkVersion(String version) {
      return field(version, "spec", "clusterSpec", "flinkVersion");
    }

    /**
     * Sets the Flink configuration.
     *
     * @param configuration keys and values
     * @return this builder
     */
    public Builder flinkConfiguration(Map<String, String> configuration) {
      return field(configuration, "spec", "clusterSpec", "flinkConfiguration");
    }

    /**
     * Sets what a JobManager gets.
     *
     * @param cpu in cores
     * @param memory for example {@code 1024m}
     * @return this builder
     */
    public Builder jobManagerResource(Number cpu, String memory) {
      return field(cpu, "spec", "clusterSpec", "jobManager", "resource", "cpu")
          .field(memory, "spec", "clusterSpec", "jobManager", "resource", "memory");
    }

    /**
     * Sets what each TaskManager gets.
     *
     * @param cpu in cores
     * @param memory for example {@code 1024m}
     * @return this builder
     */
    public Builder taskManagerResource(Number cpu, String memory) {
      return field(cpu, "spec", "clusterSpec", "taskManager", "resource", "cpu")
          .field(memory, "spec", "clusterSpec", "taskManager", "resource", "memory");
    }

    /**
     * Sets whether a shared pool is to have its cluster.
     *
     * @param suspended false by default; true to have none
     * @return this builder
     */
    public Builder suspended(boolean suspended) {
      return field(suspended ? "SUSPENDED" : "RUNNING", "spec", "state");
    }
  }
}
