package dev.flinkplatform.cmf.rest;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a connection secret id of catalogs and databases means in one environment: a secret.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfSecretMapping extends CmfResource {

  static final String KIND = "EnvironmentSecretMapping";

  private CmfSecretMapping(Map<String, ?> json) {
    super(json);
  }

  /**
   * Takes a mapping from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the mapping
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfSecretMapping of(Map<String, ?> json) {
    return new CmfSecretMapping(json);
  }

  /**
   * Makes a mapping.
   *
   * @param connectionSecretId what catalogs and databases say; the name of the mapping
   * @param secretName the secret
   * @return the mapping
   * @throws IllegalArgumentException if one of them is missing or malformed
   */
  public static CmfSecretMapping of(String connectionSecretId, String secretName) {
    return builder(connectionSecretId, secretName).build();
  }

  /**
   * Starts a mapping.
   *
   * @param connectionSecretId what catalogs and databases say; the name of the mapping
   * @param secretName the secret
   * @return a builder
   */
  public static Builder builder(String connectionSecretId, String secretName) {
    return new Builder(CmfResource.Builder.envelope(KIND, connectionSecretId))
        .secretName(secretName);
  }

  /**
   * Starts a builder with all that this mapping has, for read, change, write.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(json());
  }

  /**
   * Returns the secret.
   *
   * @return its name; empty if it was not read
   */
  public String secretName() {
    return Trees.textOr("", json(), "spec", "secretName");
  }

  @Override
  List<String> faults() {
    List<String> faults = envelopeFaults(KIND);
    Rules.sqlName(faults, "metadata.name", name());
    Rules.name(faults, "spec.secretName", secretName(), 1);
    return faults;
  }

  /** Collects a {@link CmfSecretMapping}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfSecretMapping, Builder> {

    private Builder(Map<String, ?> json) {
      super(json);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfSecretMapping create(Map<String, @Nullable Object> tree) {
      return new CmfSecretMapping(tree);
    }

    /**
     * Sets the secret.
     *
     * @param name of the secret
     * @return this builder
     */
    public Builder secretName(String name) {
      return field(name, "spec", "secretName");
    }
  }
}
