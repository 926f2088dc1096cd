package dev.flinkplatform.testkit.memory;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/** Writes what a simulated job commits as the self-checking job does it, for {@code Ledger}. */
final class LedgerFile {

  private LedgerFile() {}

  static String start(UUID attempt, OptionalLong restoredCheckpoint, Instant at) {
    String restored =
        restoredCheckpoint.isPresent() ? Long.toString(restoredCheckpoint.getAsLong()) : "-";
    return "start " + attempt + " " + restored + " " + at.toEpochMilli() + " .";
  }

  static String commit(UUID transaction, int key, long from, long to, long checkpoint) {
    return "commit " + transaction + " " + key + " " + from + " " + to + " " + checkpoint + " .";
  }

  static void append(Path directory, List<String> lines) {
    try {
      Files.createDirectories(directory);
      // Not a channel: an interrupted thread could not write.
      try (OutputStream file =
          new FileOutputStream(directory.resolve("ledger.log").toFile(), true)) {
        file.write(("\n" + String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The ledger in " + directory + " can't be written", e);
    }
  }
}
