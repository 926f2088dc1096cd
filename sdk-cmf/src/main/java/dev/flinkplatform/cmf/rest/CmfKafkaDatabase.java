package dev.flinkplatform.cmf.rest;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A database of a Kafka catalog: one Kafka cluster.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfKafkaDatabase extends CmfResource {

  static final String KIND = "KafkaDatabase";

  private CmfKafkaDatabase(Map<String, ?> json) {
    super(json);
  }

  /**
   * Takes a database from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the database
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfKafkaDatabase of(Map<String, ?> json) {
    return new CmfKafkaDatabase(json);
  }

  /**
   * Starts a database.
   *
   * @param name of the database, as SQL names it
   * @return a builder
   */
  public static Builder builder(String name) {
    return new Builder(CmfResource.Builder.envelope(KIND, name));
  }

  /**
   * Starts a builder with all that this database has, for read, change, write.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(json());
  }

  /**
   * Returns how the Kafka cluster is reached.
   *
   * @return options; unmodifiable
   */
  public Map<String, String> kafkaCluster() {
    return Trees.texts(json(), "spec", "kafkaCluster", "connectionConfig");
  }

  /**
   * Returns what the secret of the Kafka cluster is mapped by.
   *
   * @return the connection secret id; empty for none
   */
  public Optional<String> kafkaSecretId() {
    return Trees.text(json(), "spec", "kafkaCluster", "connectionSecretId");
  }

  /**
   * Returns the environments whose statements may create, change and drop its tables.
   *
   * @return their names; unmodifiable
   */
  public List<String> ddlEnvironments() {
    return Trees.textList(json(), "spec", "ddlEnvironments");
  }

  @Override
  List<String> faults() {
    List<String> faults = envelopeFaults(KIND);
    Rules.sqlName(faults, "metadata.name", name());
    Rules.object(faults, json(), "spec");
    Rules.object(faults, json(), "spec", "kafkaCluster");
    Rules.object(faults, json(), "spec", "kafkaCluster", "connectionConfig");
    Rules.texts(faults, json(), "spec", "kafkaCluster", "connectionConfig");
    return faults;
  }

  /** Collects a {@link CmfKafkaDatabase}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfKafkaDatabase, Builder> {

    private Builder(Map<String, ?> json) {
      super(json);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfKafkaDatabase create(Map<String, @Nullable Object> tree) {
      return new CmfKafkaDatabase(tree);
    }

    /**
     * Sets how the Kafka cluster is reached.
     *
     * @param connectionConfig options of the Kafka client, without secrets
     * @param connectionSecretId what the secret with the rest is mapped by; null for none
     * @return this builder
     */
    public Builder kafkaCluster(
        Map<String, String> connectionConfig, @Nullable String connectionSecretId) {
      return field(connectionConfig, "spec", "kafkaCluster", "connectionConfig")
          .field(connectionSecretId, "spec", "kafkaCluster", "connectionSecretId");
    }

    /**
     * Sets the environments whose statements may create, change and drop its tables.
     *
     * @param environments their names
     * @return this builder
     */
    public Builder ddlEnvironments(Collection<String> environments) {
      return field(environments, "spec", "ddlEnvironments");
    }
  }
}
