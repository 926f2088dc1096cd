package dev.flinkplatform.cmf.rest;

/**
 * The compute pools of one environment. Thread-safe; every call blocks, at most for the request
 * timeout for each attempt.
 */
public final class CmfComputePools {

  private final Calls calls;
  private final String environment;

  CmfComputePools(Calls calls, String environment) {
    this.calls = calls;
    this.environment = environment;
  }

  /**
   * Lists compute pools, by default by name. Nothing is sent before it is read.
   *
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfComputePool> list(CmfQuery query) {
    return calls.list(
        CmfEndpoint.COMPUTE_POOLS, query, Calls.BY_NAME, CmfComputePool::of, environment);
  }

  /**
   * Returns a compute pool. Repeated when it fails retryably.
   *
   * @param name of the compute pool
   * @return the compute pool
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfComputePool get(String name) {
    return calls.get(CmfEndpoint.COMPUTE_POOL, CmfComputePool::of, environment, name);
  }

  /**
   * Returns a compute pool with what it uses. Repeated when it fails retryably.
   *
   * @param name of the compute pool
   * @return the compute pool
   * @throws CmfUnsupportedException before 2.2
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfComputePool getWithResources(String name) {
    return calls.getWithResources(CmfEndpoint.COMPUTE_POOL, CmfComputePool::of, environment, name);
  }

  private void requireShared(CmfComputePool pool, CmfEndpoint endpoint, String... args) {
    if (pool.isShared()) {
      calls.require(CmfFeature.SHARED_COMPUTE_POOLS, endpoint, args);
    }
  }

  /**
   * Creates a compute pool. Sent once: after a lost answer look for the name.
   *
   * @param pool as it is to be
   * @return the compute pool as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfConflictException if the name is taken
   * @throws CmfException if the call fails
   */
  public CmfComputePool create(CmfComputePool pool) {
    requireShared(pool, CmfEndpoint.COMPUTE_POOL_CREATE, environment);
    CmfComputePool created =
        calls.write(CmfEndpoint.COMPUTE_POOL_CREATE, pool, CmfComputePool::of, environment);
    return created == null ? get(pool.name()) : created;
  }

  /**
   * Replaces a compute pool. Repeated when it fails retryably. There is no version check: of two
   * who write, the last one wins.
   *
   * @param pool as it is to be, whole
   * @return the compute pool as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfUnsupportedException before 2.3
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfComputePool update(CmfComputePool pool) {
    requireShared(pool, CmfEndpoint.COMPUTE_POOL_UPDATE, environment, pool.name());
    CmfComputePool updated =
        calls.write(
            CmfEndpoint.COMPUTE_POOL_UPDATE, pool, CmfComputePool::of, environment, pool.name());
    return updated == null ? get(pool.name()) : updated;
  }

  /**
   * Creates a compute pool, or replaces the one of this name. Sends a second request if the name is
   * taken.
   *
   * @param pool as it is to be, whole
   * @return the compute pool as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfUnsupportedException before 2.3, if the name is taken
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfException if a call fails
   */
  public CmfComputePool ensure(CmfComputePool pool) {
    return Calls.ensure(() -> create(pool), () -> update(pool));
  }

  /**
   * Deletes a compute pool. Repeated when it fails retryably.
   *
   * @param name of the compute pool
   * @param force true to remove only what CMF knows of it, without reaching Kubernetes: what runs
   *     there may stay
   * @return what CMF made of it
   * @throws CmfUnsupportedException if forced, before 2.2; nothing was sent
   * @throws CmfConflictException while statements use it
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name, boolean force) {
    return calls.delete(CmfEndpoint.COMPUTE_POOL_DELETE, force, environment, name);
  }
}
