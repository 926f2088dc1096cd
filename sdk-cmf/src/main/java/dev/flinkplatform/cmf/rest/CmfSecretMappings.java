package dev.flinkplatform.cmf.rest;

/**
 * The secret mappings of one environment. Thread-safe; every call blocks, at most for the request
 * timeout for each attempt.
 */
public final class CmfSecretMappings {

  private final Calls calls;
  private final String environment;

  CmfSecretMappings(Calls calls, String environment) {
    this.calls = calls;
    this.environment = environment;
  }

  /**
   * Lists mappings, by default by name. Nothing is sent before it is read.
   *
   * @param query how; without filter, search and projection
   * @return the list
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfSecretMapping> list(CmfQuery query) {
    return calls.list(
        CmfEndpoint.SECRET_MAPPINGS,
        query,
        Calls.BY_NAME_AND_UID,
        CmfSecretMapping::of,
        environment);
  }

  /**
   * Returns a mapping. Repeated when it fails retryably.
   *
   * @param name of the mapping, the connection secret id
   * @return the mapping
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfSecretMapping get(String name) {
    return calls.get(CmfEndpoint.SECRET_MAPPING, CmfSecretMapping::of, environment, name);
  }

  /**
   * Creates a mapping. Sent once: after a lost answer look for the name.
   *
   * @param mapping as it is to be
   * @return the mapping as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfConflictException if the name is taken
   * @throws CmfException if the call fails
   */
  public CmfSecretMapping create(CmfSecretMapping mapping) {
    CmfSecretMapping created =
        calls.write(CmfEndpoint.SECRET_MAPPING_CREATE, mapping, CmfSecretMapping::of, environment);
    return created == null ? get(mapping.name()) : created;
  }

  /**
   * Replaces a mapping. Repeated when it fails retryably. There is no version check: of two who
   * write, the last one wins.
   *
   * @param mapping as it is to be, whole
   * @return the mapping as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfSecretMapping update(CmfSecretMapping mapping) {
    CmfSecretMapping updated =
        calls.write(
            CmfEndpoint.SECRET_MAPPING_UPDATE,
            mapping,
            CmfSecretMapping::of,
            environment,
            mapping.name());
    return updated == null ? get(mapping.name()) : updated;
  }

  /**
   * Creates a mapping, or replaces the one of this name. Sends a second request if the name is
   * taken.
   *
   * @param mapping as it is to be, whole
   * @return the mapping as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfException if a call fails
   */
  public CmfSecretMapping ensure(CmfSecretMapping mapping) {
    return Calls.ensure(() -> create(mapping), () -> update(mapping));
  }

  /**
   * Deletes a mapping. Repeated when it fails retryably.
   *
   * @param name of the mapping, the connection secret id
   * @return what CMF made of it
   * @throws CmfConflictException if it is in use
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name) {
    return calls.delete(CmfEndpoint.SECRET_MAPPING_DELETE, false, environment, name);
  }
}
