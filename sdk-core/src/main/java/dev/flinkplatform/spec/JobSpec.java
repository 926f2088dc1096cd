package dev.flinkplatform.spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to run: jars, entry class and arguments.
 *
 * <p>Immutable and thread-safe.
 */
public final class JobSpec {

  private final List<String> jars;
  private final @Nullable String entryClass;
  private final List<String> args;

  private JobSpec(Builder b) {
    this.jars = List.copyOf(b.jars);
    this.entryClass = b.entryClass;
    this.args = List.copyOf(b.args);
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
    b.jars.addAll(jars);
    b.entryClass = entryClass;
    b.args.addAll(args);
    return b;
  }

  /**
   * Returns where the job's jars are: a path, or a URI with scheme file, http, https, s3 or local
   * (a file on the cluster's own machines).
   *
   * @return where the job's jars are: a path, or a URI with scheme file, http, https, s3 or local
   *     (a file on the cluster's own machines); unmodifiable
   */
  public List<String> jars() {
    return jars;
  }

  /**
   * Returns the class with the {@code main} method; without it Flink reads the jar's manifest.
   *
   * @return the class with the {@code main} method; without it Flink reads the jar's manifest, or
   *     empty if it was not said
   */
  public Optional<String> entryClass() {
    return Optional.ofNullable(entryClass);
  }

  /**
   * Returns the arguments of {@code main}.
   *
   * @return the arguments of {@code main}; unmodifiable
   */
  public List<String> args() {
    return args;
  }

  /**
   * Starts a builder with one jar.
   *
   * @param location a path, or a URI with scheme file, http, https, s3 or local
   * @return a new builder; not thread-safe
   */
  public static Builder jar(String location) {
    return builder().jars(List.of(location));
  }

  /**
   * Starts a builder with one jar of this machine.
   *
   * @param jar the jar
   * @return a new builder; not thread-safe
   */
  public static Builder jar(Path jar) {
    return jar(jar.toAbsolutePath().toUri().toString());
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof JobSpec that
        && Objects.equals(jars, that.jars)
        && Objects.equals(entryClass, that.entryClass)
        && Objects.equals(args, that.args);
  }

  @Override
  public int hashCode() {
    return Objects.hash(jars, entryClass, args);
  }

  /**
   * Returns the values, without any secret.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "JobSpec{"
        + "jars="
        + jars
        + ", "
        + "entryClass="
        + entryClass
        + ", "
        + "args="
        + args.size()
        + "}";
  }

  /** Builds a {@link JobSpec}. Not thread-safe. */
  public static final class Builder {

    private final List<String> jars = new ArrayList<>();
    private @Nullable String entryClass;
    private final List<String> args = new ArrayList<>();

    private Builder() {}

    /**
     * Replaces where the job's jars are: a path, or a URI with scheme file, http, https, s3 or
     * local (a file on the cluster's own machines). Default: none.
     *
     * @param values where the job's jars are: a path, or a URI with scheme file, http, https, s3 or
     *     local (a file on the cluster's own machines); copied
     * @return this builder
     */
    public Builder jars(Collection<? extends String> values) {
      this.jars.clear();
      this.jars.addAll(values);
      return this;
    }

    /**
     * Sets the class with the {@code main} method; without it Flink reads the jar's manifest.
     * Default: none.
     *
     * @param value the class with the {@code main} method; without it Flink reads the jar's
     *     manifest
     * @return this builder
     */
    public Builder entryClass(String value) {
      this.entryClass = Objects.requireNonNull(value, "entryClass");
      return this;
    }

    /**
     * Replaces the arguments of {@code main}. Default: none.
     *
     * @param values the arguments of {@code main}; copied
     * @return this builder
     */
    public Builder args(Collection<? extends String> values) {
      this.args.clear();
      this.args.addAll(values);
      return this;
    }

    /**
     * Builds it.
     *
     * @return the value; immutable
     */
    public JobSpec build() {
      return new JobSpec(this);
    }
  }
}
