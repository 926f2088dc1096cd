package dev.flinkplatform.cmf;

import dev.flinkplatform.cmf.rest.CmfClient;
import dev.flinkplatform.cmf.rest.CmfComputePool;
import dev.flinkplatform.cmf.rest.CmfComputePools;
import dev.flinkplatform.cmf.rest.CmfConflictException;
import dev.flinkplatform.cmf.rest.CmfEnvironment;
import dev.flinkplatform.cmf.rest.CmfKafkaCatalog;
import dev.flinkplatform.cmf.rest.CmfKafkaCatalogs;
import dev.flinkplatform.cmf.rest.CmfKafkaDatabase;
import dev.flinkplatform.cmf.rest.CmfKafkaDatabases;
import dev.flinkplatform.cmf.rest.CmfNotFoundException;
import dev.flinkplatform.cmf.rest.CmfResource;
import dev.flinkplatform.cmf.rest.CmfSecret;
import dev.flinkplatform.cmf.rest.CmfSecretMapping;
import dev.flinkplatform.cmf.rest.CmfSecretMappings;
import dev.flinkplatform.cmf.rest.CmfUnsupportedException;
import dev.flinkplatform.error.InvalidSpecException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.spec.Violation;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A whole environment of CMF for SQL: the environment, secrets and their mappings, Kafka catalogs,
 * their databases, compute pools. {@link #ensure} brings all of it into being, in that order;
 * {@link #tearDown} removes it in reverse. Both can be repeated, also after they broke off.
 *
 * <p>Immutable and thread-safe. {@code toString} shows names only.
 */
public final class CmfSetup {

  private static final Duration PAUSE = Duration.ofMillis(200);

  /** Objects whose keys CMF does not choose. */
  private static final Set<String> OF_USERS = Set.of("flinkConfiguration", "connectionConfig");

  private final CmfEnvironment environment;
  private final List<CmfSecret> secrets;
  private final List<CmfSecretMapping> mappings;
  private final List<CmfKafkaCatalog> catalogs;
  private final Map<String, List<CmfKafkaDatabase>> databases;
  private final List<CmfComputePool> pools;

  private CmfSetup(Builder b) {
    this.environment = b.environment;
    this.secrets = List.copyOf(b.secrets);
    this.mappings = List.copyOf(b.mappings);
    this.catalogs = List.copyOf(b.catalogs);
    Map<String, List<CmfKafkaDatabase>> copy = new LinkedHashMap<>();
    b.databases.forEach((catalog, list) -> copy.put(catalog, List.copyOf(list)));
    this.databases = copy;
    this.pools = List.copyOf(b.pools);
  }

  /**
   * Starts a set-up.
   *
   * @param environment the environment, with its defaults; created, or changed to be so
   * @return a builder; not thread-safe
   */
  public static Builder of(CmfEnvironment environment) {
    return new Builder(environment);
  }

  /**
   * Brings everything into being that is not there, and changes what is, in the order environment,
   * secrets, mappings, catalogs, databases, pools. What is as it should be is not written again,
   * but for secrets, whose values CMF does not show: so a set-up that did not change can be
   * repeated while statements run, and on servers that replace nothing. Fields that only CMF has
   * count as filled in by it if CMF refuses to replace them. Blocks for some requests for each. If
   * one fails, what came before stays: repeat the call.
   *
   * @param client how CMF is reached
   * @throws InvalidSpecException if a catalog or database names a connection secret that no mapping
   *     of the environment has: CMF would hide it without a word. No catalog was touched then
   * @throws dev.flinkplatform.cmf.rest.CmfException if a call fails
   */
  public void ensure(CmfClient client) {
    Object last = client.environments().upsert(environment);
    for (CmfSecret s : secrets) {
      last = client.secrets().ensure(s);
    }
    for (CmfSecretMapping m : mappings) {
      CmfSecretMappings all = client.secretMappings(environment.name());
      last = ensure(m, () -> all.create(m), () -> all.get(m.name()), () -> all.update(m));
    }
    requireMapped(client);
    for (CmfKafkaCatalog c : catalogs) {
      CmfKafkaCatalogs all = client.kafkaCatalogs();
      last = ensure(c, () -> all.create(c), () -> all.get(c.name()), () -> all.update(c));
    }
    for (Map.Entry<String, List<CmfKafkaDatabase>> e : databases.entrySet()) {
      CmfKafkaDatabases all = client.kafkaDatabases(e.getKey());
      for (CmfKafkaDatabase d : e.getValue()) {
        last = ensure(d, () -> all.create(d), () -> all.get(d.name()), () -> all.update(d));
      }
    }
    for (CmfComputePool p : pools) {
      CmfComputePools all = client.computePools(environment.name());
      last = ensure(p, () -> all.create(p), () -> all.get(p.name()), () -> all.update(p));
    }
    Objects.requireNonNull(last);
  }

  /**
   * Creates what is not there, and replaces what is otherwise. CMF refuses to replace a pool that
   * statements run on, and older ones to replace anything, so that is not asked for without need.
   */
  private static <R extends CmfResource> R ensure(
      R wanted, Supplier<R> create, Supplier<R> get, Supplier<R> replace) {
    try {
      return create.get();
    } catch (CmfConflictException taken) {
      if (taken.retryable()) {
        throw taken;
      }
      R there;
      try {
        there = get.get();
      } catch (CmfNotFoundException e) {
        taken.addSuppressed(e); // the conflict is about something else
        throw taken;
      }
      if (has(there, wanted) && has(wanted, there)) {
        return there;
      }
      try {
        return replace.get();
      } catch (CmfConflictException | CmfUnsupportedException e) {
        if (has(there, wanted)) {
          return there;
        }
        throw e;
      }
    }
  }

  private static boolean has(CmfResource there, CmfResource wanted) {
    return has(there.spec(), wanted.spec())
        && there.labels().equals(wanted.labels())
        && there.annotations().equals(wanted.annotations());
  }

  /** Whether all that is wanted is there; more may be, but for what only users say. */
  private static boolean has(@Nullable Object there, @Nullable Object wanted) {
    if (wanted instanceof Map<?, ?> w) {
      return there instanceof Map<?, ?> t
          && w.keySet().stream()
              .allMatch(
                  k ->
                      has(t.get(k), w.get(k))
                          && (!OF_USERS.contains(k) || has(w.get(k), t.get(k))));
    }
    if (wanted instanceof List<?> w) {
      return there instanceof List<?> t
          && w.size() == t.size()
          && IntStream.range(0, w.size()).allMatch(i -> has(t.get(i), w.get(i)));
    }
    if (wanted instanceof Number w && there instanceof Number t) {
      return new BigDecimal(w.toString()).compareTo(new BigDecimal(t.toString())) == 0;
    }
    return Objects.equals(there, wanted);
  }

  private void requireMapped(CmfClient client) {
    Set<String> wanted = new TreeSet<>();
    for (CmfKafkaCatalog c : catalogs) {
      c.schemaRegistrySecretId().ifPresent(wanted::add);
      if (c.spec().get("kafkaClusters") instanceof List<?> clusters) {
        for (Object cluster : clusters) {
          if (cluster instanceof Map<?, ?> k && k.get("connectionSecretId") instanceof String id) {
            wanted.add(id);
          }
        }
      }
    }
    databases.values().forEach(all -> all.forEach(d -> d.kafkaSecretId().ifPresent(wanted::add)));
    if (wanted.isEmpty()) {
      return;
    }
    wanted.removeAll(client.environments().get(environment.name()).secrets().keySet());
    if (!wanted.isEmpty()) {
      throw new InvalidSpecException(
          "CmfSetup",
          wanted.stream()
              .map(
                  id ->
                      new Violation(
                          "mapping[" + id + "]",
                          "is used by a catalog or database, and environment '"
                              + environment.name()
                              + "' maps no secret to it: add mapping(\""
                              + id
                              + "\", <secret>)"))
              .toList(),
          new ResourceRef(CmfBackend.NAME, environment.name(), ""));
    }
  }

  /**
   * Removes everything, in reverse: pools, databases, catalogs, mappings, secrets, the environment;
   * what is not there is left out. Applications and statements of the environment must be gone
   * before. Blocks until CMF does not know a thing any more before it goes on to the next.
   *
   * @param client how CMF is reached
   * @param timeout how long to wait for each at the most
   * @throws dev.flinkplatform.cmf.rest.CmfConflictException if one is still in use
   * @throws dev.flinkplatform.cmf.rest.CmfException if a call fails
   * @throws IllegalStateException if one is still there after the timeout, or the thread was
   *     interrupted, whose flag stays set
   */
  public void tearDown(CmfClient client, Duration timeout) {
    String env = environment.name();
    for (CmfComputePool p : reversed(pools)) {
      gone(
          p,
          () -> client.computePools(env).delete(p.name(), false),
          () -> client.computePools(env).get(p.name()),
          timeout);
    }
    for (String catalog : reversed(List.copyOf(databases.keySet()))) {
      for (CmfKafkaDatabase d : reversed(databases.getOrDefault(catalog, List.of()))) {
        gone(
            d,
            () -> client.kafkaDatabases(catalog).delete(d.name()),
            () -> client.kafkaDatabases(catalog).get(d.name()),
            timeout);
      }
    }
    for (CmfKafkaCatalog c : reversed(catalogs)) {
      gone(
          c,
          () -> client.kafkaCatalogs().delete(c.name()),
          () -> client.kafkaCatalogs().get(c.name()),
          timeout);
    }
    for (CmfSecretMapping m : reversed(mappings)) {
      gone(
          m,
          () -> client.secretMappings(env).delete(m.name()),
          () -> client.secretMappings(env).get(m.name()),
          timeout);
    }
    for (CmfSecret s : reversed(secrets)) {
      gone(
          s,
          () -> client.secrets().delete(s.name()),
          () -> client.secrets().get(s.name()),
          timeout);
    }
    gone(
        environment,
        () -> client.environments().delete(env, false),
        () -> client.environments().get(env),
        timeout);
  }

  private interface Request {
    Object send();
  }

  private static void gone(Object what, Request delete, Request get, Duration timeout) {
    long begin = System.nanoTime();
    try {
      Object last = delete.send();
      while (System.nanoTime() - begin < timeout.toNanos()) {
        last = get.send();
        Thread.sleep(PAUSE.toMillis());
      }
      throw new IllegalStateException(
          last + " is still there " + timeout.toSeconds() + " s after it was deleted: try again");
    } catch (CmfNotFoundException e) {
      // As it should be.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting until " + what + " is gone", e);
    }
  }

  private static <T> List<T> reversed(List<T> list) {
    List<T> out = new ArrayList<>(list);
    Collections.reverse(out);
    return out;
  }

  /**
   * Returns what it is made of.
   *
   * @return names, no values
   */
  @Override
  public String toString() {
    return "CmfSetup["
        + environment
        + ", "
        + secrets
        + ", "
        + mappings
        + ", "
        + catalogs
        + ", "
        + databases
        + ", "
        + pools
        + "]";
  }

  /** Collects a {@link CmfSetup}. Not thread-safe. */
  public static final class Builder {

    private final CmfEnvironment environment;
    private final List<CmfSecret> secrets = new ArrayList<>();
    private final List<CmfSecretMapping> mappings = new ArrayList<>();
    private final List<CmfKafkaCatalog> catalogs = new ArrayList<>();
    private final Map<String, List<CmfKafkaDatabase>> databases = new LinkedHashMap<>();
    private final List<CmfComputePool> pools = new ArrayList<>();

    private Builder(CmfEnvironment environment) {
      this.environment = Objects.requireNonNull(environment, "environment");
    }

    /**
     * Adds a secret.
     *
     * @param secret the secret
     * @return this builder
     */
    public Builder secret(CmfSecret secret) {
      secrets.add(Objects.requireNonNull(secret, "secret"));
      return this;
    }

    /**
     * Lets catalogs and databases of the environment use a secret.
     *
     * @param connectionSecretId the id that they name
     * @param secretName the secret
     * @return this builder
     */
    public Builder mapping(String connectionSecretId, String secretName) {
      mappings.add(CmfSecretMapping.of(connectionSecretId, secretName));
      return this;
    }

    /**
     * Adds a Kafka catalog. Catalogs are shared by all environments of a CMF.
     *
     * @param catalog the catalog
     * @return this builder
     */
    public Builder catalog(CmfKafkaCatalog catalog) {
      catalogs.add(Objects.requireNonNull(catalog, "catalog"));
      return this;
    }

    /**
     * Adds a database.
     *
     * @param catalog the name of its catalog
     * @param database the database
     * @return this builder
     */
    public Builder database(String catalog, CmfKafkaDatabase database) {
      databases
          .computeIfAbsent(Objects.requireNonNull(catalog, "catalog"), c -> new ArrayList<>())
          .add(Objects.requireNonNull(database, "database"));
      return this;
    }

    /**
     * Adds a compute pool.
     *
     * @param pool the pool
     * @return this builder
     */
    public Builder pool(CmfComputePool pool) {
      pools.add(Objects.requireNonNull(pool, "pool"));
      return this;
    }

    /**
     * Makes the set-up. Nothing is sent.
     *
     * @return the set-up
     */
    public CmfSetup build() {
      return new CmfSetup(this);
    }
  }
}
