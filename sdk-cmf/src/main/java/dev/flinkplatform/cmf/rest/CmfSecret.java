package dev.flinkplatform.cmf.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A secret of CMF. CMF never gives its values back, and neither does this: {@link #json()}, {@code
 * toString} and messages show {@code ***}.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfSecret extends CmfResource {

  static final String KIND = "Secret";
  private static final String MASK = "***";

  private final Map<String, @Nullable Object> masked;

  private CmfSecret(Map<String, ?> json) {
    super(json);
    Map<String, @Nullable Object> open = Trees.editable(json);
    if (Trees.get(open, "spec", "data") instanceof Map<?, ?>) {
      Trees.make(open, "spec", "data").replaceAll((k, v) -> MASK);
    }
    this.masked = Trees.copy(open);
  }

  /**
   * Takes a secret from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the secret
   * @throws IllegalArgumentException if a value is not JSON; the value is not shown
   */
  public static CmfSecret of(Map<String, ?> json) {
    return new CmfSecret(json);
  }

  /**
   * Starts a secret.
   *
   * @param name 1 to 253 of a-z, 0-9, '-' and '.'; later servers take up to 45 characters
   * @return a builder
   */
  public static Builder builder(String name) {
    return new Builder(CmfResource.Builder.envelope(KIND, name));
  }

  /** Returns the JSON with {@code ***} instead of values. */
  @Override
  public Map<String, @Nullable Object> json() {
    return masked;
  }

  @Override
  public Map<String, @Nullable Object> spec() {
    return Trees.map(masked, "spec");
  }

  /**
   * Returns the names of its values.
   *
   * @return the names, in order; unmodifiable
   */
  public List<String> keys() {
    return List.copyOf(new TreeSet<>(Trees.map(masked, "spec", "data").keySet()));
  }

  /**
   * Returns the version.
   *
   * @return what CMF counts changes by; empty before it is created
   */
  public Optional<String> version() {
    return Trees.text(masked, "status", "version");
  }

  /**
   * Returns the environments that have it mapped.
   *
   * @return their names; unmodifiable
   */
  public List<String> environments() {
    return Trees.textList(masked, "status", "environments");
  }

  @Override
  Map<String, @Nullable Object> full() {
    return super.json();
  }

  @Override
  List<String> hidden() {
    return List.copyOf(Trees.texts(full(), "spec", "data").values());
  }

  @Override
  List<String> faults() {
    List<String> faults = envelopeFaults(KIND);
    Rules.name(faults, "metadata.name", name(), 1);
    Map<String, @Nullable Object> data = Trees.map(full(), "spec", "data");
    if (data.isEmpty()) {
      faults.add("spec.data is missing: CMF does not give values back, so give all of them");
    }
    List<String> bad = new ArrayList<>();
    data.forEach(
        (k, v) -> {
          if (!(v instanceof String)) {
            bad.add("spec.data." + k + " must be a text");
          } else if (!v.toString().isEmpty() && v.toString().chars().allMatch(c -> c == '*')) {
            bad.add("spec.data." + k + " is the mask that CMF answers: give the value itself");
          }
        });
    faults.addAll(bad);
    return faults;
  }

  /** Collects a {@link CmfSecret}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfSecret, Builder> {

    private Builder(Map<String, ?> json) {
      super(json);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfSecret create(Map<String, @Nullable Object> tree) {
      return new CmfSecret(tree);
    }

    /**
     * Adds a value.
     *
     * @param key its name
     * @param value the value
     * @return this builder
     */
    public Builder value(String key, String value) {
      return field(value, "spec", "data", key);
    }

    /**
     * Sets all values.
     *
     * @param data names and values
     * @return this builder
     */
    public Builder data(Map<String, String> data) {
      return field(new LinkedHashMap<>(data), "spec", "data");
    }
  }
}
