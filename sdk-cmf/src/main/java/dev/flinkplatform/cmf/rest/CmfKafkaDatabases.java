package dev.flinkplatform.cmf.rest;

/**
 * The databases of one Kafka catalog. Thread-safe; every call blocks, at most for the request
 * timeout for each attempt.
 */
public final class CmfKafkaDatabases {

  private final Calls calls;
  private final String catalog;

  CmfKafkaDatabases(Calls calls, String catalog) {
    this.calls = calls;
    this.catalog = catalog;
  }

  /**
   * Lists databases, by default by name. Nothing is sent before it is read.
   *
   * @param query how; without filter, search and projection
   * @return the list
   * @throws CmfUnsupportedException before 2.1, or if the query needs a later server
   */
  public CmfPages<CmfKafkaDatabase> list(CmfQuery query) {
    return calls.list(CmfEndpoint.DATABASES, query, Calls.BY_NAME, CmfKafkaDatabase::of, catalog);
  }

  /**
   * Returns a database. Repeated when it fails retryably.
   *
   * @param name of the database
   * @return the database
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfKafkaDatabase get(String name) {
    return calls.get(CmfEndpoint.DATABASE, CmfKafkaDatabase::of, catalog, name);
  }

  /**
   * Creates a database. Sent once: after a lost answer look for the name.
   *
   * @param database as it is to be
   * @return the database as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfConflictException if the name is taken
   * @throws CmfException if the call fails
   */
  public CmfKafkaDatabase create(CmfKafkaDatabase database) {
    CmfKafkaDatabase created =
        calls.write(CmfEndpoint.DATABASE_CREATE, database, CmfKafkaDatabase::of, catalog);
    return created == null ? get(database.name()) : created;
  }

  /**
   * Replaces a database. Repeated when it fails retryably. There is no version check: of two who
   * write, the last one wins.
   *
   * @param database as it is to be, whole
   * @return the database as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfUnsupportedException before 2.1
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfKafkaDatabase update(CmfKafkaDatabase database) {
    CmfKafkaDatabase updated =
        calls.write(
            CmfEndpoint.DATABASE_UPDATE, database, CmfKafkaDatabase::of, catalog, database.name());
    return updated == null ? get(database.name()) : updated;
  }

  /**
   * Creates a database, or replaces the one of this name. Sends a second request if the name is
   * taken.
   *
   * @param database as it is to be, whole
   * @return the database as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed; nothing was sent
   * @throws CmfUnsupportedException before 2.1, if the name is taken
   * @throws CmfInvalidException if CMF refuses it
   * @throws CmfException if a call fails
   */
  public CmfKafkaDatabase ensure(CmfKafkaDatabase database) {
    return Calls.ensure(() -> create(database), () -> update(database));
  }

  /**
   * Deletes a database. Repeated when it fails retryably.
   *
   * @param name of the database
   * @return what CMF made of it
   * @throws CmfConflictException if it is in use
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name) {
    return calls.delete(CmfEndpoint.DATABASE_DELETE, false, catalog, name);
  }
}
