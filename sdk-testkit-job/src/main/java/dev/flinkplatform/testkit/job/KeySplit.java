package dev.flinkplatform.testkit.job;

import java.util.Objects;
import org.apache.flink.api.connector.source.SourceSplit;
import org.jspecify.annotations.Nullable;

/** One sequence: its key and the number that comes next. Immutable. */
final class KeySplit implements SourceSplit {

  final int key;
  final long next;

  KeySplit(int key, long next) {
    this.key = key;
    this.next = next;
  }

  @Override
  public String splitId() {
    return "key-" + key;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeySplit
        && ((KeySplit) other).key == key
        && ((KeySplit) other).next == next;
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, next);
  }

  @Override
  public String toString() {
    return splitId() + "@" + next;
  }
}
