package dev.flinkplatform.cmf.rest;

/**
 * The Kafka catalogs of a CMF server; all environments share them. Thread-safe; every call blocks,
 * at most for the request timeout for each attempt.
 */
public final class CmfKafkaCatalogs {

  private final Calls calls;

  CmfKafkaCatalogs(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists catalogs, by default by name. Nothing is sent before it is read.
   *
   * @param query how; without filter, search and projection
   * @return the list
   * @throws CmfUnsupportedException if the query needs a later server
   */
  public CmfPages<CmfKafkaCatalog> list(CmfQuery query) {
    return calls.list(CmfEndpoint.CATALOGS, query, Calls.BY_NAME, CmfKafkaCatalog::of);
  }

  /**
   * Returns a catalog. Repeated when it fails retryably.
   *
   * @param name of the catalog
   * @return the catalog
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfKafkaCatalog get(String name) {
    return calls.get(CmfEndpoint.CATALOG, CmfKafkaCatalog::of, name);
  }

  /**
   * Creates a catalog. Sent once: after a lost answer look for the name.
   *
   * @param catalog as it is to be
   * @return the catalog as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfConflictException if the name is taken
   * @throws CmfException if the call fails
   */
  public CmfKafkaCatalog create(CmfKafkaCatalog catalog) {
    CmfKafkaCatalog created = calls.write(CmfEndpoint.CATALOG_CREATE, catalog, CmfKafkaCatalog::of);
    return created == null ? get(catalog.name()) : created;
  }

  /**
   * Replaces a catalog. Repeated when it fails retryably. There is no version check: of two who
   * write, the last one wins.
   *
   * @param catalog as it is to be, whole
   * @return the catalog as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfUnsupportedException before 2.1
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfKafkaCatalog update(CmfKafkaCatalog catalog) {
    CmfKafkaCatalog updated =
        calls.write(CmfEndpoint.CATALOG_UPDATE, catalog, CmfKafkaCatalog::of, catalog.name());
    return updated == null ? get(catalog.name()) : updated;
  }

  /**
   * Creates a catalog, or replaces the one of this name. Sends a second request if the name is
   * taken.
   *
   * @param catalog as it is to be, whole
   * @return the catalog as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfUnsupportedException before 2.1, if the name is taken
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfException if a call fails
   */
  public CmfKafkaCatalog ensure(CmfKafkaCatalog catalog) {
    return Calls.ensure(() -> create(catalog), () -> update(catalog));
  }

  /**
   * Deletes a catalog. Repeated when it fails retryably.
   *
   * @param name of the catalog
   * @return what CMF made of it
   * @throws CmfConflictException while it has databases
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name) {
    return calls.delete(CmfEndpoint.CATALOG_DELETE, false, name);
  }
}
