package dev.flinkplatform.internal.local;

import dev.flinkplatform.spi.RecordStore.Versioned;
import java.nio.file.Path;
import java.util.Optional;

/** Counts in a record, by compare-and-set. */
public final class CasWriter {

  private CasWriter() {}

  /** Arguments: root, application, how often (0: for ever), how much text to write besides. */
  public static void main(String[] args) {
    FileRecordStore store = new FileRecordStore(Path.of(args[0]));
    String padding = "x".repeat(Integer.parseInt(args[3]));
    int times = Integer.parseInt(args[2]);
    System.out.println("started");
    for (int i = 0; times == 0 || i < times; i++) {
      increment(store, args[1], padding);
    }
  }

  static void increment(FileRecordStore store, String application, String padding) {
    boolean written = false;
    while (!written) {
      Optional<Versioned> before = store.read(application);
      int next = before.map(CasWriter::count).orElse(0) + 1;
      written =
          store
              .write(
                  application, before.map(Versioned::version), next + "\n" + padding + "\n" + next)
              .isPresent();
    }
  }

  /** Reads the count, written before and after the padding. */
  static int count(Versioned document) {
    String[] lines = document.text().split("\n", -1);
    if (lines.length != 3 || !lines[0].equals(lines[2])) {
      throw new IllegalStateException("Half a document: " + document.text().length());
    }
    return Integer.parseInt(lines[0]);
  }
}
