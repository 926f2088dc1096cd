package dev.flinkplatform.testkit.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The lines of {@code ledger.log} and how they get there.
 *
 * <pre>
 * start &lt;attempt&gt; &lt;restored checkpoint or -&gt; &lt;epoch millis&gt; .
 * commit &lt;transaction&gt; &lt;key&gt; &lt;from&gt; &lt;to&gt; &lt;checkpoint&gt; .
 * </pre>
 *
 * <p>The closing dot tells a whole line from one whose writer died. Each append is one write that
 * begins with a line break, so that it never continues such a torn line.
 */
final class LedgerLines {

  static final String FILE = "ledger.log";

  private LedgerLines() {}

  static String start(UUID attempt, OptionalLong restoredCheckpoint, long epochMillis) {
    String restored =
        restoredCheckpoint.isPresent() ? Long.toString(restoredCheckpoint.getAsLong()) : "-";
    return "start " + attempt + " " + restored + " " + epochMillis + " .";
  }

  static String commit(UUID transaction, int key, long from, long to, long checkpointId) {
    return "commit " + transaction + " " + key + " " + from + " " + to + " " + checkpointId + " .";
  }

  static void append(Path dir, List<String> lines) throws IOException {
    Files.createDirectories(dir);
    ByteBuffer bytes =
        ByteBuffer.wrap(
            ("\n" + String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
    try (FileChannel file =
        FileChannel.open(
            dir.resolve(FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND)) {
      while (bytes.hasRemaining()) {
        int unused = file.write(bytes);
      }
      file.force(false);
    }
  }
}
