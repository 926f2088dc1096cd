package dev.flinkplatform;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a job runs in a session cluster.
 *
 * <p>Immutable and thread-safe.
 */
public final class SubmitOptions {

  private final int parallelism;
  private final Map<String, String> flinkConfig;

  private SubmitOptions(int parallelism, Map<String, String> flinkConfig) {
    this.parallelism = parallelism;
    this.flinkConfig = Collections.unmodifiableMap(new LinkedHashMap<>(flinkConfig));
  }

  /**
   * Returns the defaults: parallelism 1, no configuration of its own.
   *
   * @return the options
   */
  public static SubmitOptions defaults() {
    return new SubmitOptions(1, Map.of());
  }

  /**
   * Returns options with a parallelism.
   *
   * @param parallelism the parallelism of operators that set none themselves, 1 or more
   * @return the options
   */
  public static SubmitOptions parallelism(int parallelism) {
    return new SubmitOptions(parallelism, Map.of());
  }

  /**
   * Returns these options with one more key of Flink configuration, for this job only: for example
   * {@code execution.checkpointing.interval}. Keys of the cluster's processes are refused.
   *
   * @param key Flink's key
   * @param value its value
   * @return new options
   */
  public SubmitOptions withFlinkConfig(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(flinkConfig);
    more.put(Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
    return new SubmitOptions(parallelism, more);
  }

  /**
   * Returns the parallelism of operators that set none themselves.
   *
   * @return the parallelism
   */
  public int parallelism() {
    return parallelism;
  }

  /**
   * Returns Flink configuration for this job only.
   *
   * @return key and value; unmodifiable
   */
  public Map<String, String> flinkConfig() {
    return flinkConfig;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof SubmitOptions that
        && parallelism == that.parallelism
        && flinkConfig.equals(that.flinkConfig);
  }

  @Override
  public int hashCode() {
    return Objects.hash(parallelism, flinkConfig);
  }

  /**
   * Returns the options without the values of configuration.
   *
   * @return for messages only
   */
  @Override
  public String toString() {
    return "SubmitOptions{parallelism="
        + parallelism
        + ", flinkConfigKeys="
        + flinkConfig.keySet()
        + "}";
  }
}
