package dev.flinkplatform.cmf.rest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A resource of CMF: its JSON, and typed views of it.
 *
 * <p>The JSON is kept as it was read, so fields and values this SDK does not know are there, and
 * are written back. Missing fields never throw: views are empty then, so a list with {@link
 * CmfQuery#fields projected} fields can be read, too.
 *
 * <p>Immutable and thread-safe. {@code toString} names the resource and shows nothing else of it.
 */
public abstract class CmfResource {

  static final String API_VERSION = "cmf.confluent.io/v1";

  private final Map<String, @Nullable Object> json;

  CmfResource(Map<String, ?> json) {
    this.json = Trees.copy(json);
  }

  /**
   * Returns the JSON of the resource.
   *
   * @return maps, lists, texts, numbers, booleans and nulls; unmodifiable
   */
  public Map<String, @Nullable Object> json() {
    return json;
  }

  /**
   * Returns the name.
   *
   * @return the name; empty if it has none
   */
  public String name() {
    return Trees.textOr("", json, "metadata", "name");
  }

  /**
   * Returns the unique id that CMF gave.
   *
   * @return the id; empty before it is created, and for kinds without
   */
  public Optional<String> uid() {
    return Trees.text(json, "metadata", "uid");
  }

  /**
   * Returns the labels.
   *
   * @return names and values; unmodifiable
   */
  public Map<String, String> labels() {
    return Trees.texts(json, "metadata", "labels");
  }

  /**
   * Returns the annotations.
   *
   * @return names and values; unmodifiable
   */
  public Map<String, String> annotations() {
    return Trees.texts(json, "metadata", "annotations");
  }

  /**
   * Returns when it was created.
   *
   * @return the time; empty before it is created
   */
  public Optional<Instant> creationTime() {
    return Trees.instant(json, "metadata", "creationTimestamp");
  }

  /**
   * Returns when it was last changed.
   *
   * @return the time; empty before it is created, and for kinds without
   */
  public Optional<Instant> updateTime() {
    return Trees.instant(json, "metadata", "updateTimestamp");
  }

  /**
   * Returns the spec, what is wanted.
   *
   * @return the JSON object; unmodifiable, empty if there is none
   */
  public Map<String, @Nullable Object> spec() {
    return Trees.map(json, "spec");
  }

  /**
   * Returns the status, what CMF observed.
   *
   * @return the JSON object; unmodifiable, empty if there is none
   */
  public Map<String, @Nullable Object> status() {
    return Trees.map(json, "status");
  }

  /** What is wrong with it as something to be written; empty if nothing. */
  List<String> faults() {
    return List.of();
  }

  /** The JSON to be sent: without what only the server writes. */
  Map<String, @Nullable Object> body() {
    Map<String, @Nullable Object> out = Trees.editable(json);
    out.remove("status");
    if (out.get("metadata") instanceof Map<?, ?>) {
      Map<String, @Nullable Object> metadata = Trees.make(out, "metadata");
      metadata.remove("creationTimestamp");
      metadata.remove("updateTimestamp");
      metadata.remove("uid");
    }
    return out;
  }

  /** The values of it that no message may show. */
  List<String> hidden() {
    return List.of();
  }

  final void check() {
    Rules.check(toString(), faults());
  }

  /** The faults that every kind with apiVersion, kind and metadata can have. */
  final List<String> envelopeFaults(String kind) {
    List<String> faults = new ArrayList<>();
    Rules.required(faults, json, "apiVersion");
    Object is = json.get("kind");
    if (!kind.equals(is)) {
      faults.add("kind is '" + is + "': give '" + kind + "'");
    }
    Rules.object(faults, json, "metadata");
    labelFaults(faults);
    return faults;
  }

  final void labelFaults(List<String> faults) {
    Rules.texts(faults, json, "metadata", "labels");
    Rules.texts(faults, json, "metadata", "annotations");
  }

  /** Same class, and JSON that says the same. */
  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof CmfResource that
        && getClass() == that.getClass()
        && Trees.same(full(), that.full());
  }

  @Override
  public final int hashCode() {
    return Trees.hash(full());
  }

  /** The JSON with nothing masked. */
  Map<String, @Nullable Object> full() {
    return json;
  }

  /** Returns kind and name. */
  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[" + name() + "]";
  }

  /**
   * Collects a resource. Not thread-safe.
   *
   * @param <R> what is built
   * @param <B> the builder
   */
  public abstract static class Builder<R extends CmfResource, B extends Builder<R, B>> {

    final Map<String, @Nullable Object> json;

    Builder(Map<String, ?> json) {
      this.json = Trees.editable(json);
    }

    static Map<String, Object> envelope(String kind, String name) {
      Map<String, Object> out = new LinkedHashMap<>();
      out.put("apiVersion", API_VERSION);
      out.put("kind", kind);
      Map<String, Object> metadata = new LinkedHashMap<>();
      if (!name.isEmpty()) {
        metadata.put("name", name);
      }
      out.put("metadata", metadata);
      return out;
    }

    abstract B self();

    abstract R create(Map<String, @Nullable Object> json);

    /** Adds what a change of metadata needs. */
    void metadataTouched() {}

    /**
     * Adds a label.
     *
     * @param key its name
     * @param value its value
     * @return this builder
     */
    public B label(String key, String value) {
      metadataTouched();
      Trees.make(json, "metadata", "labels").put(key, value);
      return self();
    }

    /**
     * Adds labels.
     *
     * @param labels names and values
     * @return this builder
     */
    public B labels(Map<String, String> labels) {
      labels.forEach(this::label);
      return self();
    }

    /**
     * Adds an annotation.
     *
     * @param key its name
     * @param value its value
     * @return this builder
     */
    public B annotation(String key, String value) {
      metadataTouched();
      Trees.make(json, "metadata", "annotations").put(key, value);
      return self();
    }

    /**
     * Adds annotations.
     *
     * @param annotations names and values
     * @return this builder
     */
    public B annotations(Map<String, String> annotations) {
      annotations.forEach(this::annotation);
      return self();
    }

    /**
     * Sets any field, also one this SDK does not know.
     *
     * @param value maps, collections, texts, numbers, booleans; null removes the field
     * @param path the names that lead to it, for example {@code "spec", "job", "parallelism"}
     * @return this builder
     * @throws IllegalArgumentException if the path is empty, or the value is not JSON
     */
    public B field(@Nullable Object value, String... path) {
      if (path.length == 0) {
        throw new IllegalArgumentException("A field needs a path");
      }
      String[] above = Arrays.copyOf(path, path.length - 1);
      String last = path[path.length - 1];
      if (value == null) {
        Trees.make(json, above).remove(last);
      } else {
        Trees.make(json, above).put(last, Trees.editableValue(value, String.join(".", path)));
      }
      return self();
    }

    /**
     * Makes the resource; nothing is sent.
     *
     * @return the resource
     * @throws IllegalArgumentException if something is missing or malformed; names all of it
     */
    public R build() {
      R built = create(json);
      List<String> faults = built.faults();
      if (!faults.isEmpty()) {
        throw new IllegalArgumentException(built + ": " + String.join("; ", faults));
      }
      return built;
    }
  }
}
