package dev.flinkplatform.spec;

/** Where operators keep their working state. */
public enum StateBackend {
  /** On the heap of the TaskManager: fast, bounded by memory. */
  HASHMAP,
  /** In RocksDB on the disk of the TaskManager: bounded by disk. */
  ROCKSDB,
  /** In ForSt, with state on remote storage; Flink 2.0 and later. */
  FORST
}
