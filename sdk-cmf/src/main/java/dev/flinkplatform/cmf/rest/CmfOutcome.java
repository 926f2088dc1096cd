package dev.flinkplatform.cmf.rest;

/** What CMF made of a request that changes a state, or removes something. */
public enum CmfOutcome {
  /** CMF did it, or wrote down that it is to be done. */
  DONE,
  /** CMF took the request and does it later (202): look for the effect. */
  ACCEPTED,
  /** There was nothing to do: it was in that state already (304). */
  UNCHANGED
}
