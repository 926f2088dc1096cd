package dev.flinkplatform.internal;

import dev.flinkplatform.Failure;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.RecordStore;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the applications' documents. Thread-safe; an entry is confined to one thread.
 */
final class Journal {

  private final RecordStore store;

  Journal(RecordStore store) {
    this.store = store;
  }

  /** A document and the version it was read at; version null: it is not there yet. */
  static final class Entry {
    final AppRecord record;
    private @Nullable String version;

    private Entry(AppRecord record, @Nullable String version) {
      this.record = record;
      this.version = version;
    }

    boolean exists() {
      return version != null;
    }

    /** Whether nobody wrote between the two reads. */
    boolean isVersionOf(Entry other) {
      return Objects.equals(version, other.version);
    }

    static Entry absent(String name) {
      AppRecord record = new AppRecord();
      record.name = name;
      return new Entry(record, null);
    }
  }

  /** What is no name has no document: users may ask for anything. */
  Optional<Entry> load(String name) {
    if (!RecordStore.isName(name)) {
      return Optional.empty();
    }
    return store
        .read(name)
        .map(
            v -> {
              try {
                return new Entry(Json.read(v.text(), AppRecord.class), v.version());
              } catch (IllegalStateException e) {
                throw BackendFault.permanent(
                    Failure.of(
                        Failure.Kind.OTHER,
                        "The journalled document of '" + name + "' is damaged: " + e.getMessage()),
                    null);
              }
            });
  }

  /** Tells whether somebody wrote since the entry was read. */
  boolean isOutdated(Entry entry) {
    String now = store.read(entry.record.name).map(RecordStore.Versioned::version).orElse(null);
    return !Objects.equals(now, entry.version);
  }

  /** Writes the entry if nobody else wrote in between; tells whether it did. */
  boolean save(Entry entry) {
    Optional<RecordStore.Versioned> written =
        store.write(
            entry.record.name, Optional.ofNullable(entry.version), Json.write(entry.record));
    written.ifPresent(w -> entry.version = w.version());
    return written.isPresent();
  }

  List<String> names() {
    return store.applications();
  }

  /** The documents of the jobs of a session cluster. */
  List<String> jobsOf(String session) {
    return names().stream().filter(n -> n.startsWith(session + "/")).toList();
  }
}
