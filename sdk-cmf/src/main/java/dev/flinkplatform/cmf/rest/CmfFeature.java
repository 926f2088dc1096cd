package dev.flinkplatform.cmf.rest;

/**
 * What not every version of CMF has.
 *
 * <p>A call that needs a feature the server lacks is refused with {@link CmfUnsupportedException}
 * before anything is sent. Borders are those of Confluent's release notes and published API
 * descriptions; a server whose version is not known is never refused.
 */
public enum CmfFeature {
  /** Savepoints as resources, attached and detached, and starting from one. */
  SAVEPOINTS(2, 1),
  /** Changing Kafka catalogs and databases; before, delete and create. */
  CATALOG_UPDATE(2, 1),
  /** Databases of Kafka catalogs as resources. */
  KAFKA_DATABASES(2, 1),
  /** What the server and its resources use. */
  RESOURCE_INFORMATION(2, 2),
  /**
   * Deletion of only what the server knows. 2.1 ignores that word; whether 2.2 does is not known.
   */
  FORCED_DELETE(2, 2),
  /** The server's license. 2.1 has no such call; whether 2.2 has is not known. */
  LICENSE(2, 2),
  /** Filters, search and field projection of lists. */
  FILTERS(2, 3),
  /** Changing compute pools; before, delete and create. */
  COMPUTE_POOL_UPDATE(2, 3),
  /** Shared compute pools. */
  SHARED_COMPUTE_POOLS(2, 3),
  /** Kubernetes clusters as resources. */
  KUBERNETES_CLUSTERS(2, 3),
  /** Artifacts; besides, the server must have them enabled. */
  ARTIFACTS(2, 4),
  /** Savepoints by schedule. */
  SAVEPOINT_SCHEDULES(2, 4),
  /** Pinning savepoints, so that no clean-up takes them. */
  SAVEPOINT_PINNING(2, 4),
  /** Deleting many savepoints at once. */
  SAVEPOINT_BULK_DELETE(2, 4),
  /** The upgrade mode of SQL statements. Whether 2.4 or 2.5 brought it is not known. */
  STATEMENT_UPGRADE_MODE(2, 4),
  /** The databases an environment can see. */
  ENVIRONMENT_CATALOG(2, 4);

  private final int major;
  private final int minor;

  CmfFeature(int major, int minor) {
    this.major = major;
    this.minor = minor;
  }

  /**
   * Returns the first version that has it.
   *
   * @return the version
   */
  public CmfVersion since() {
    return CmfVersion.of(major, minor);
  }

  /**
   * Tells whether a server has it.
   *
   * @param version of the server
   * @return true if so, and true if the version is not known
   */
  public boolean isIn(CmfVersion version) {
    return version.isAtLeast(major, minor);
  }
}
