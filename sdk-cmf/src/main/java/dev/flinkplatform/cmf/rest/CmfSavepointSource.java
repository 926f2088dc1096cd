package dev.flinkplatform.cmf.rest;

/** What made a savepoint; servers of 2.4 and later. */
public enum CmfSavepointSource {
  /** A request. */
  MANUAL,
  /** A change of the application or statement. */
  UPGRADE,
  /** A schedule. */
  SCHEDULE
}
