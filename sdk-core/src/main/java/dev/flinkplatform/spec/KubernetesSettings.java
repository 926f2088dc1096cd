package dev.flinkplatform.spec;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What only makes sense on Kubernetes; other backends refuse each of these.
 *
 * <p>Immutable and thread-safe.
 */
public final class KubernetesSettings {

  private final @Nullable String podTemplate;
  private final List<Volume> volumes;
  private final Map<String, String> nodeSelector;
  private final @Nullable String serviceAccount;

  private KubernetesSettings(Builder b) {
    this.podTemplate = b.podTemplate;
    this.volumes = List.copyOf(b.volumes);
    this.nodeSelector = Collections.unmodifiableMap(new LinkedHashMap<>(b.nodeSelector));
    this.serviceAccount = b.serviceAccount;
  }

  /**
   * Starts a builder.
   *
   * @return a new builder; not thread-safe
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts a builder that holds the same values.
   *
   * @return a new builder; not thread-safe
   */
  public Builder toBuilder() {
    Builder b = new Builder();
    b.podTemplate = podTemplate;
    b.volumes.addAll(volumes);
    b.nodeSelector.putAll(nodeSelector);
    b.serviceAccount = serviceAccount;
    return b;
  }

  /**
   * Returns a pod template as YAML, for all pods.
   *
   * @return a pod template as YAML, for all pods, or empty if it was not said
   */
  public Optional<String> podTemplate() {
    return Optional.ofNullable(podTemplate);
  }

  /**
   * Returns volumes to mount in all pods.
   *
   * @return volumes to mount in all pods; unmodifiable
   */
  public List<Volume> volumes() {
    return volumes;
  }

  /**
   * Returns node labels that pods must be placed on.
   *
   * @return node labels that pods must be placed on; unmodifiable
   */
  public Map<String, String> nodeSelector() {
    return nodeSelector;
  }

  /**
   * Returns the service account of the pods.
   *
   * @return the service account of the pods, or empty if it was not said
   */
  public Optional<String> serviceAccount() {
    return Optional.ofNullable(serviceAccount);
  }

  /**
   * A volume and where it is mounted.
   *
   * @param name the volume's name, a DNS label
   * @param mountPath the absolute path in the container
   * @param kind what the source is
   * @param source the name of the claim, ConfigMap or Secret; empty for {@link
   *     VolumeKind#EMPTY_DIR}
   */
  public record Volume(String name, String mountPath, VolumeKind kind, String source) {}

  /** What kind of source a volume has. */
  public enum VolumeKind {
    /** A PersistentVolumeClaim. */
    PERSISTENT_VOLUME_CLAIM,
    /** A ConfigMap. */
    CONFIG_MAP,
    /** A Secret. */
    SECRET,
    /** Scratch space that goes with the pod. */
    EMPTY_DIR
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof KubernetesSettings that
        && Objects.equals(podTemplate, that.podTemplate)
        && Objects.equals(volumes, that.volumes)
        && Objects.equals(nodeSelector, that.nodeSelector)
        && Objects.equals(serviceAccount, that.serviceAccount);
  }

  @Override
  public int hashCode() {
    return Objects.hash(podTemplate, volumes, nodeSelector, serviceAccount);
  }

  /**
   * Returns the values, without any secret.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "KubernetesSettings{"
        + "podTemplate="
        + podTemplate
        + ", "
        + "volumes="
        + volumes
        + ", "
        + "nodeSelector="
        + nodeSelector
        + ", "
        + "serviceAccount="
        + serviceAccount
        + "}";
  }

  /** Builds a {@link KubernetesSettings}. Not thread-safe. */
  public static final class Builder {

    private @Nullable String podTemplate;
    private final List<Volume> volumes = new ArrayList<>();
    private final Map<String, String> nodeSelector = new LinkedHashMap<>();
    private @Nullable String serviceAccount;

    private Builder() {}

    /**
     * Sets a pod template as YAML, for all pods. Default: none.
     *
     * @param value a pod template as YAML, for all pods
     * @return this builder
     */
    public Builder podTemplate(String value) {
      this.podTemplate = Objects.requireNonNull(value, "podTemplate");
      return this;
    }

    /**
     * Replaces volumes to mount in all pods. Default: none.
     *
     * @param values volumes to mount in all pods; copied
     * @return this builder
     */
    public Builder volumes(Collection<? extends Volume> values) {
      this.volumes.clear();
      this.volumes.addAll(values);
      return this;
    }

    /**
     * Replaces node labels that pods must be placed on. Default: none.
     *
     * @param values node labels that pods must be placed on; copied
     * @return this builder
     */
    public Builder nodeSelector(Map<String, String> values) {
      this.nodeSelector.clear();
      this.nodeSelector.putAll(values);
      return this;
    }

    /**
     * Puts one of node labels that pods must be placed on.
     *
     * @param key the name
     * @param value the value
     * @return this builder
     */
    public Builder putNodeSelector(String key, String value) {
      this.nodeSelector.put(
          Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Sets the service account of the pods. Default: none.
     *
     * @param value the service account of the pods
     * @return this builder
     */
    public Builder serviceAccount(String value) {
      this.serviceAccount = Objects.requireNonNull(value, "serviceAccount");
      return this;
    }

    /**
     * Builds it.
     *
     * @return the value; immutable
     */
    public KubernetesSettings build() {
      return new KubernetesSettings(this);
    }
  }
}
