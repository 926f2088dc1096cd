package dev.flinkplatform.cmf.rest;

/**
 * The secrets of a CMF server; environments see those that are mapped in them. Thread-safe; every
 * call blocks, at most for the request timeout for each attempt.
 */
public final class CmfSecrets {

  private final Calls calls;

  CmfSecrets(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists secrets, by default by name. Nothing is sent before it is read.
   *
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfSecret> list(CmfQuery query) {
    return calls.list(CmfEndpoint.SECRETS, query, Calls.BY_NAME, CmfSecret::of);
  }

  /**
   * Returns a secret. Repeated when it fails retryably.
   *
   * @param name of the secret
   * @return the secret
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfSecret get(String name) {
    return calls.get(CmfEndpoint.SECRET, CmfSecret::of, name);
  }

  /**
   * Creates a secret. Sent once: after a lost answer look for the name.
   *
   * @param secret as it is to be
   * @return the secret as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfConflictException if the name is taken
   * @throws CmfException if the call fails
   */
  public CmfSecret create(CmfSecret secret) {
    CmfSecret created = calls.write(CmfEndpoint.SECRET_CREATE, secret, CmfSecret::of);
    return created == null ? get(secret.name()) : created;
  }

  /**
   * Replaces a secret. Repeated when it fails retryably. There is no version check: of two who
   * write, the last one wins.
   *
   * @param secret as it is to be, whole
   * @return the secret as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfSecret update(CmfSecret secret) {
    CmfSecret updated =
        calls.write(CmfEndpoint.SECRET_UPDATE, secret, CmfSecret::of, secret.name());
    return updated == null ? get(secret.name()) : updated;
  }

  /**
   * Creates a secret, or replaces the one of this name. Sends a second request if the name is
   * taken.
   *
   * @param secret as it is to be, whole
   * @return the secret as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfException if a call fails
   */
  public CmfSecret ensure(CmfSecret secret) {
    return Calls.ensure(() -> create(secret), () -> update(secret));
  }

  /**
   * Deletes a secret. Repeated when it fails retryably.
   *
   * @param name of the secret
   * @return what CMF made of it
   * @throws CmfConflictException while environments have it mapped
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name) {
    return calls.delete(CmfEndpoint.SECRET_DELETE, false, name);
  }
}
