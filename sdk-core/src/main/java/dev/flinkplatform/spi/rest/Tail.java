package dev.flinkplatform.spi.rest;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads a stream to its end and keeps the last bytes only. */
final class Tail {

  private Tail() {}

  static String read(InputStream in, int maxBytes, long deadlineNanos) throws IOException {
    byte[] ring = new byte[Math.min(maxBytes, 1 << 16)];
    byte[] chunk = new byte[1 << 14];
    long total = 0;
    int n;
    while ((n = in.read(chunk)) >= 0) {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new InterruptedIOException("timeout: still reading after " + total + " bytes");
      }
      // The ring grows until it has its full size, and only then wraps.
      while (ring.length < maxBytes && total + n > ring.length) {
        ring = Arrays.copyOf(ring, (int) Math.min(maxBytes, ring.length * 2L));
      }
      for (int i = 0; i < n; i++) {
        ring[(int) ((total + i) % ring.length)] = chunk[i];
      }
      total += n;
    }
    if (total <= ring.length) {
      return new String(ring, 0, (int) total, StandardCharsets.UTF_8);
    }
    int start = (int) (total % ring.length);
    byte[] last = new byte[ring.length];
    System.arraycopy(ring, start, last, 0, ring.length - start);
    System.arraycopy(ring, 0, last, ring.length - start, start);
    int from = 0;
    while (from < last.length && last[from] != '\n') {
      from++;
    }
    // One line longer than the limit is better cut than not shown.
    from = from >= last.length - 1 ? 0 : from + 1;
    return new String(last, from, last.length - from, StandardCharsets.UTF_8);
  }
}
