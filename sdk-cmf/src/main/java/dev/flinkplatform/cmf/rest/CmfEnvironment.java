package dev.flinkplatform.cmf.rest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An environment of CMF: a Kubernetes namespace, and values that win over those of the
 * applications, compute pools and statements in it.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfEnvironment extends CmfResource {

  private static final int SHORTEST_NAME = 4;

  /** Whether the server wrote it: then shapes this SDK does not know are the server's business. */
  private final boolean fromServer;

  private CmfEnvironment(Map<String, ?> json, boolean fromServer) {
    super(json);
    this.fromServer = fromServer;
  }

  static CmfEnvironment read(Map<String, ?> json) {
    return new CmfEnvironment(json, true);
  }

  /**
   * Takes an environment from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the environment
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfEnvironment of(Map<String, ?> json) {
    return new CmfEnvironment(json, false);
  }

  /**
   * Starts an environment.
   *
   * @param name 4 to 253 of a-z, 0-9, '-' and '.'; later servers take up to 45 characters
   * @param kubernetesNamespace where its resources live; cannot be changed later
   * @return a builder
   */
  public static Builder builder(String name, String kubernetesNamespace) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", name);
    json.put("kubernetesNamespace", kubernetesNamespace);
    return new Builder(json, false);
  }

  /**
   * Starts a builder with all that this environment has, for read, change, write.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(json(), fromServer);
  }

  @Override
  public String name() {
    return Trees.text(json(), "name").orElseGet(super::name);
  }

  @Override
  public Optional<Instant> creationTime() {
    return Trees.instant(json(), "created_time").or(super::creationTime);
  }

  @Override
  public Optional<Instant> updateTime() {
    return Trees.instant(json(), "updated_time").or(super::updateTime);
  }

  /**
   * Returns the Kubernetes namespace.
   *
   * @return the namespace; empty if it was not read
   */
  public String kubernetesNamespace() {
    return Trees.textOr("", json(), "kubernetesNamespace");
  }

  /**
   * Returns the Kubernetes cluster.
   *
   * @return its name; empty if not set, which means CMF's own cluster
   */
  public Optional<String> kubernetesClusterName() {
    return Trees.text(json(), "kubernetesClusterName");
  }

  /**
   * Returns the values that win over those of the applications in it.
   *
   * @return a JSON object with {@code spec}, and maybe {@code metadata}; unmodifiable
   */
  public Map<String, @Nullable Object> flinkApplicationDefaults() {
    return Trees.map(json(), "flinkApplicationDefaults");
  }

  /**
   * Returns the values that win over those of the compute pools in it.
   *
   * @return a JSON object; unmodifiable
   */
  public Map<String, @Nullable Object> computePoolDefaults() {
    return Trees.map(json(), "computePoolDefaults");
  }

  /**
   * Returns the Flink configuration that wins over that of detached statements (INSERT).
   *
   * @return keys and values; unmodifiable
   */
  public Map<String, String> detachedStatementDefaults() {
    return Trees.texts(json(), "statementDefaults", "detached", "flinkConfiguration");
  }

  /**
   * Returns the Flink configuration that wins over that of interactive statements (SELECT).
   *
   * @return keys and values; unmodifiable
   */
  public Map<String, String> interactiveStatementDefaults() {
    return Trees.texts(json(), "statementDefaults", "interactive", "flinkConfiguration");
  }

  /**
   * Returns the secrets mapped in it. Lists leave them out: get the environment by its name.
   *
   * @return names of secrets by connection secret id; unmodifiable
   */
  public Map<String, String> secrets() {
    return Trees.texts(json(), "secrets");
  }

  /**
   * Returns the state of its Kubernetes cluster.
   *
   * @return CONNECTED, DISCONNECTED, DECOMMISSIONED or a later state; empty if the server does not
   *     say
   */
  public Optional<String> kubernetesClusterState() {
    return Trees.text(json(), "status", "kubernetesCluster", "state");
  }

  @Override
  List<String> faults() {
    List<String> faults = new ArrayList<>();
    Rules.name(faults, "name", name(), SHORTEST_NAME);
    Optional<String> other = Trees.text(json(), "metadata", "name");
    if (other.isPresent() && !other.get().equals(name())) {
      faults.add("metadata.name is '" + other.get() + "', and name is '" + name() + "'");
    }
    Rules.name(faults, "kubernetesNamespace", kubernetesNamespace(), 1);
    kubernetesClusterName().ifPresent(c -> Rules.name(faults, "kubernetesClusterName", c, 1));
    labelFaults(faults);
    if (!fromServer) {
      Rules.keys(faults, json(), List.of("metadata", "spec"), "flinkApplicationDefaults");
      Rules.keys(faults, json(), List.of("clusterSpec", "metadata", "spec"), "computePoolDefaults");
      Rules.keys(faults, json(), List.of("detached", "interactive"), "statementDefaults");
      for (String kind : List.of("detached", "interactive")) {
        Rules.keys(
            faults,
            json(),
            List.of("flinkConfiguration", "savepointSchedule"),
            "statementDefaults",
            kind);
      }
    }
    for (String kind : List.of("detached", "interactive")) {
      Rules.texts(faults, json(), "statementDefaults", kind, "flinkConfiguration");
      CmfSavepointSchedule.faults(faults, json(), "statementDefaults", kind, "savepointSchedule");
    }
    return faults;
  }

  @Override
  Map<String, @Nullable Object> body() {
    Map<String, @Nullable Object> out = super.body();
    out.remove("created_time");
    out.remove("updated_time");
    out.remove("secrets");
    return out;
  }

  /** Collects a {@link CmfEnvironment}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfEnvironment, Builder> {

    private final boolean fromServer;

    private Builder(Map<String, ?> json, boolean fromServer) {
      super(json);
      this.fromServer = fromServer;
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfEnvironment create(Map<String, @Nullable Object> tree) {
      return new CmfEnvironment(tree, fromServer);
    }

    @Override
    void metadataTouched() {
      Object name = json.get("name");
      if (name != null) {
        Trees.make(json, "metadata").putIfAbsent("name", name);
      }
    }

    /**
     * Sets the Kubernetes cluster, for servers of 2.3 and later.
     *
     * @param name a registered cluster; CMF's own by default. Cannot be changed later
     * @return this builder
     */
    public Builder kubernetesClusterName(String name) {
      return field(name, "kubernetesClusterName");
    }

    /**
     * Sets the spec that wins over that of the applications in it, field by field.
     *
     * @param spec like that of an application, in part
     * @return this builder
     */
    public Builder flinkApplicationDefaults(Map<String, ?> spec) {
      return field(spec, "flinkApplicationDefaults", "spec");
    }

    /**
     * Sets the cluster spec that wins over that of the compute pools in it.
     *
     * @param clusterSpec like that of a compute pool, in part
     * @return this builder
     */
    public Builder computePoolDefaults(Map<String, ?> clusterSpec) {
      return field(clusterSpec, "computePoolDefaults", "clusterSpec");
    }

    /**
     * Sets the Flink configuration that wins over that of detached statements (INSERT).
     *
     * @param flinkConfiguration keys and values
     * @return this builder
     */
    public Builder detachedStatementDefaults(Map<String, String> flinkConfiguration) {
      return field(flinkConfiguration, "statementDefaults", "detached", "flinkConfiguration");
    }

    /**
     * Sets the Flink configuration that wins over that of interactive statements (SELECT).
     *
     * @param flinkConfiguration keys and values
     * @return this builder
     */
    public Builder interactiveStatementDefaults(Map<String, String> flinkConfiguration) {
      return field(flinkConfiguration, "statementDefaults", "interactive", "flinkConfiguration");
    }
  }
}
