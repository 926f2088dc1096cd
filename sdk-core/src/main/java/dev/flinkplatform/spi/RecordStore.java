package dev.flinkplatform.spi;

import java.util.List;
import java.util.Optional;

/**
 * Durable storage for one document per application, kept where the backend lives, with
 * compare-and-set.
 *
 * <p>A session cluster has a document, too, and each job in it one of its own, under the name
 * {@code <cluster>/<job>}; all other names are DNS-1035 labels.
 *
 * <p>Core keeps an application's desired state and the journal of its operations in it, so that
 * another process can go on where a killed one stopped. The text is opaque to the store.
 * Thread-safe, and safe between processes: of two writers with the same expected version exactly
 * one wins, and a reader never sees half a document, whatever kills the writer.
 */
public interface RecordStore {

  /**
   * A document and the version it was read or written at.
   *
   * @param application the application's name
   * @param version an opaque version that changes with every write
   * @param text the document
   */
  record Versioned(String application, String version, String text) {}

  /**
   * Tells whether a text can be the name of a document: a DNS-1035 label of at most 63 characters,
   * or that of a session cluster and of a job with a slash between. Core asks a store for no other
   * name, so a store may make a path or a key of it.
   *
   * @param text any text
   * @return whether it is one
   */
  static boolean isName(String text) {
    String label = "[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?";
    return text.matches(label + "(?:/" + label + ")?");
  }

  /**
   * Reads an application's document.
   *
   * @param application the application's name
   * @return the document, or empty if there is none
   * @throws BackendFault if the store cannot be reached
   */
  Optional<Versioned> read(String application);

  /**
   * Writes an application's document if it is still as the writer believes.
   *
   * @param application the application's name
   * @param expectedVersion the version the writer has read, or empty if there must be no document
   *     yet
   * @param text the new document
   * @return the document as written, or empty if somebody else wrote in between and nothing was
   *     changed
   * @throws BackendFault if the store cannot be reached; the write may or may not have happened
   */
  Optional<Versioned> write(String application, Optional<String> expectedVersion, String text);

  /**
   * Lists the applications that have a document.
   *
   * @return their names, sorted
   * @throws BackendFault if the store cannot be reached
   */
  List<String> applications();
}
