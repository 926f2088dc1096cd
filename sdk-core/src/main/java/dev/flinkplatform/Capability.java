package dev.flinkplatform;

/** Something that not every backend can do. More constants may come in a minor release. */
public enum Capability {
  /** {@code savepoint}: a savepoint while the job goes on. */
  SAVEPOINT,
  /** {@code checkpoint}: a checkpoint on demand. */
  CHECKPOINT,
  /** {@code dispose}: deleting a savepoint. */
  DISPOSE_SAVEPOINT,
  /** {@code rescale}, in place or with state through a savepoint. */
  RESCALE,
  /** {@code rescale} with {@code inPlaceOnly}, where the job's scheduler allows. */
  RESCALE_IN_PLACE,
  /** {@code upgrade} with roll-back. */
  UPGRADE,
  /** {@code suspend} and {@code resume}. */
  SUSPEND,
  /** {@code restart}. */
  RESTART,
  /** Restoring with claim mode {@code CLAIM}: Flink owns the savepoint afterwards. */
  RESTORE_CLAIM,
  /** {@code logs}. */
  LOGS,
  /** High availability by ZooKeeper. */
  HA_ZOOKEEPER,
  /** High availability by Kubernetes. */
  HA_KUBERNETES,
  /** Session clusters, and jobs in them. */
  SESSION,
  /** Environment variables whose values come from a Secret. */
  SECRET_ENVIRONMENT,
  /** A container image of one's own. */
  CUSTOM_IMAGE,
  /** Pod template, volumes, node placement and service account. */
  KUBERNETES_SETTINGS
}
