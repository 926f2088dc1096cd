package dev.flinkplatform.testkit.job;

import java.util.List;

/** What the enumerator remembers: how many keys it has made, and which of them no reader has. */
final class EnumeratorState {

  final int keys;
  final List<KeySplit> unassigned;

  EnumeratorState(int keys, List<KeySplit> unassigned) {
    this.keys = keys;
    this.unassigned = List.copyOf(unassigned);
  }
}
