package dev.flinkplatform.cmf.rest;

/** The format of a savepoint. */
public enum CmfSavepointFormat {
  /** The same for all state backends; not with operators whose state is asynchronous. */
  CANONICAL,
  /** That of the state backend; faster. */
  NATIVE,
  /** Not known, of a savepoint that CMF did not make. */
  UNKNOWN
}
