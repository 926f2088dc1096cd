package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A catalog of SQL whose tables are topics of Kafka, described by a Schema Registry.
 *
 * <p>An environment that has no mapping of its connection secret id does not see it, and says
 * nothing. Immutable and thread-safe.
 */
public final class CmfKafkaCatalog extends CmfResource {

  static final String KIND = "KafkaCatalog";

  private CmfKafkaCatalog(Map<String, ?> json) {
    super(json);
  }

  /**
   * Takes a catalog from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the catalog
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfKafkaCatalog of(Map<String, ?> json) {
    return new CmfKafkaCatalog(json);
  }

  /**
   * Starts a catalog.
   *
   * @param name of the catalog, as SQL names it
   * @return a builder
   */
  public static Builder builder(String name) {
    return new Builder(CmfResource.Builder.envelope(KIND, name));
  }

  /**
   * Starts a builder with all that this catalog has, for read, change, write.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(json());
  }

  /**
   * Returns how the Schema Registry is reached.
   *
   * @return options; unmodifiable
   */
  public Map<String, String> schemaRegistry() {
    return Trees.texts(json(), "spec", "srInstance", "connectionConfig");
  }

  /**
   * Returns what the secret of the Schema Registry is mapped by.
   *
   * @return the connection secret id; empty for none
   */
  public Optional<String> schemaRegistrySecretId() {
    return Trees.text(json(), "spec", "srInstance", "connectionSecretId");
  }

  /**
   * Returns the environments that see it.
   *
   * @return their names; CMF does not always say
   */
  public List<String> environmentsWithAccess() {
    return Trees.textList(json(), "status", "environmentsWithAccess");
  }

  @Override
  List<String> faults() {
    List<String> faults = envelopeFaults(KIND);
    Rules.sqlName(faults, "metadata.name", name());
    Rules.object(faults, json(), "spec");
    Rules.object(faults, json(), "spec", "srInstance");
    Rules.object(faults, json(), "spec", "srInstance", "connectionConfig");
    Rules.texts(faults, json(), "spec", "srInstance", "connectionConfig");
    int i = 0;
    for (Object cluster : Trees.list(json(), "spec", "kafkaClusters")) {
      String where = "spec.kafkaClusters[" + i++ + "].";
      Map<String, @Nullable Object> at = Trees.map(cluster);
      List<String> inside = new ArrayList<>();
      Rules.required(inside, at, "databaseName");
      Rules.object(inside, at, "connectionConfig");
      Rules.texts(inside, at, "connectionConfig");
      inside.forEach(f -> faults.add(where + f));
    }
    return faults;
  }

  /** Collects a {@link CmfKafkaCatalog}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfKafkaCatalog, Builder> {

    private Builder(Map<String, ?> json) {
      super(json);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfKafkaCatalog create(Map<String, @Nullable Object> tree) {
      return new CmfKafkaCatalog(tree);
    }

    /**
     * Sets how the Schema Registry is reached.
     *
     * @param connectionConfig options of its client, without secrets
     * @param connectionSecretId what the secret with the rest is mapped by; null for none
     * @return this builder
     */
    public Builder schemaRegistry(
        Map<String, String> connectionConfig, @Nullable String connectionSecretId) {
      return field(connectionConfig, "spec", "srInstance", "connectionConfig")
          .field(connectionSecretId, "spec", "srInstance", "connectionSecretId");
    }

    /**
     * Adds a Kafka cluster, as a database of the catalog. Since 2.1 a {@link CmfKafkaDatabase} does
     * the same, and can be changed on its own.
     *
     * @param databaseName its name in SQL
     * @param connectionConfig options of the Kafka client, without secrets
     * @param connectionSecretId what the secret with the rest is mapped by; null for none
     * @return this builder
     */
    public Builder addKafkaCluster(
        String databaseName,
        Map<String, String> connectionConfig,
        @Nullable String connectionSecretId) {
      Map<String, Object> cluster = new LinkedHashMap<>();
      cluster.put("databaseName", databaseName);
      cluster.put("connectionConfig", connectionConfig);
      if (connectionSecretId != null) {
        cluster.put("connectionSecretId", connectionSecretId);
      }
      List<@Nullable Object> all = new ArrayList<>(Trees.list(json, "spec", "kafkaClusters"));
      all.add(cluster);
      return field(all, "spec", "kafkaClusters");
    }
  }
}
