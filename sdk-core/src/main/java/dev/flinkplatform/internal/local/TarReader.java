package dev.flinkplatform.internal.local;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar archive: POSIX ustar, with the long names of pax and of GNU tar. Takes directories
 * and regular files only. Links and devices are refused: no release of Flink has any, and a link is
 * how an archive writes outside of the directory it is unpacked to.
 *
 * <p>Entries come one after the other; the bytes of an entry are read by {@link #read} before the
 * next one. Not thread-safe.
 */
final class TarReader {

  private static final int BLOCK = 512;

  /** Of a long name or of pax records; far more than any path may have. */
  private static final int MAX_METADATA = 64 * 1024;

  /** Of a file. */
  private static final long MAX_SIZE = 1L << 33;

  private final InputStream in;
  private final byte[] header = new byte[BLOCK];

  /** Of the present entry: what is not read yet, and what fills its last block. */
  private long left;

  private int padding;

  TarReader(InputStream in) {
    this.in = in;
  }

  /**
   * A directory or file.
   *
   * @param name the path with '/', without one at the end; not checked for '..'
   * @param directory whether it is a directory
   * @param size of a file, in bytes
   * @param executable whether its owner may execute it
   */
  record Entry(String name, boolean directory, long size, boolean executable) {}

  /**
   * Goes to the next entry.
   *
   * @return the entry, or null at the end of the archive
   * @throws BadArchiveException if it is no tar archive, is cut off, or has what is refused
   */
  @Nullable Entry next() throws IOException {
    String longName = null;
    Map<String, String> pax = new TreeMap<>();
    while (true) {
      skip(left + padding);
      left = 0;
      padding = 0;
      if (!readHeader()) {
        return null;
      }
      char type = (char) (header[156] & 0xff);
      long size = number(124, 12);
      if (pax.containsKey("size") && type != 'x') {
        size = parse(pax.getOrDefault("size", ""), 10);
      }
      if (size > MAX_SIZE) {
        throw new BadArchiveException("'" + ustarName() + "' has " + size + " bytes");
      }
      left = size;
      padding = (int) ((BLOCK - size % BLOCK) % BLOCK);
      switch (type) {
        case 'L' -> longName = cString(metadata());
        case 'x' -> records(metadata(), pax);
        // Of all entries, and only comments or times in practice. A path in it would be senseless.
        case 'g' -> metadata();
        case '0', '\0', '7', '5' -> {
          String name = pax.getOrDefault("path", longName == null ? ustarName() : longName);
          // Before there was a type for directories, a '/' at the end said it.
          boolean directory = type == '5' || name.endsWith("/");
          if (directory && size != 0) {
            throw new BadArchiveException("the directory '" + name + "' has a size");
          }
          return new Entry(
              name.replaceFirst("/+$", ""), directory, size, (number(100, 8) & 0100) != 0);
        }
        case '1', '2', 'K' ->
            throw new BadArchiveException(
                "'" + (longName == null ? ustarName() : longName) + "' is a link");
        default ->
            throw new BadArchiveException(
                "'" + ustarName() + "' is neither a file nor a directory, but of type " + type);
      }
    }
  }

  /**
   * Reads bytes of the present entry.
   *
   * @return how many, or -1 at its end
   */
  int read(byte[] buffer) throws IOException {
    if (left == 0) {
      return -1;
    }
    int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
    if (n < 0) {
      throw cutOff();
    }
    left -= n;
    return n;
  }

  /** Returns false at the end, which is a block of zeros (and another one). */
  private boolean readHeader() throws IOException {
    if (in.readNBytes(header, 0, BLOCK) < BLOCK) {
      throw cutOff();
    }
    int sum = 0;
    boolean zero = true;
    for (int i = 0; i < BLOCK; i++) {
      zero &= header[i] == 0;
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
    }
    if (zero) {
      return false;
    }
    if (!cString(header, 148, 8).trim().matches("0*" + Integer.toOctalString(sum))) {
      throw new BadArchiveException("a header has a wrong checksum; it is no tar archive");
    }
    return true;
  }

  private byte[] metadata() throws IOException {
    if (left > MAX_METADATA) {
      throw new BadArchiveException("a name has " + left + " bytes");
    }
    byte[] bytes = in.readNBytes((int) left);
    if (bytes.length < left) {
      throw cutOff();
    }
    left = 0;
    return bytes;
  }

  /** Records {@code <length> <key>=<value>\n}, the length of all of it, in decimal. */
  private static void records(byte[] bytes, Map<String, String> pax) throws IOException {
    int at = 0;
    while (at < bytes.length) {
      int blank = at;
      while (blank < bytes.length && bytes[blank] != ' ') {
        blank++;
      }
      long length = parse(text(bytes, at, Math.min(blank, bytes.length)), 10);
      if (length <= blank - at + 1 || at + length > bytes.length) {
        throw new BadArchiveException("a pax record has a wrong length");
      }
      String record = text(bytes, blank + 1, (int) (at + length));
      int equals = record.indexOf('=');
      if (equals < 1 || !record.endsWith("\n")) {
        throw new BadArchiveException("a pax record has no '=' or no end");
      }
      pax.put(record.substring(0, equals), record.substring(equals + 1, record.length() - 1));
      at += (int) length;
    }
  }

  private String ustarName() throws IOException {
    String name = cString(header, 0, 100);
    // GNU tar writes "ustar " and has other things where the prefix would be.
    boolean posix = header[257] == 'u' && header[262] == 0;
    String prefix = posix ? cString(header, 345, 155) : "";
    return prefix.isEmpty() ? name : prefix + "/" + name;
  }

  /** Octal, or base 256 if the first bit is set, which GNU tar uses for what is too large. */
  private long number(int offset, int length) throws IOException {
    if ((header[offset] & 0x80) != 0) {
      long value = header[offset] & 0x7f;
      for (int i = 1; i < length; i++) {
        if (value > Long.MAX_VALUE >> 8) {
          throw new BadArchiveException("a number is too large");
        }
        value = value << 8 | (header[offset + i] & 0xff);
      }
      return value;
    }
    String digits = cString(header, offset, length).trim();
    return digits.isEmpty() ? 0 : parse(digits, 8);
  }

  private static long parse(String digits, int radix) throws IOException {
    try {
      long value = Long.parseLong(digits, radix);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new BadArchiveException("'" + digits + "' is no number");
  }

  private static String cString(byte[] bytes) throws IOException {
    return cString(bytes, 0, bytes.length);
  }

  private static String cString(byte[] bytes, int offset, int length) throws IOException {
    int end = offset;
    while (end < offset + length && bytes[end] != 0) {
      end++;
    }
    return text(bytes, offset, end);
  }

  private static String text(byte[] bytes, int from, int to) throws IOException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, from, to - from))
          .toString();
    } catch (CharacterCodingException e) {
      throw new BadArchiveException("a name is not UTF-8");
    }
  }

  private void skip(long bytes) throws IOException {
    try {
      in.skipNBytes(bytes);
    } catch (EOFException e) {
      throw cutOff();
    }
  }

  private static BadArchiveException cutOff() {
    return new BadArchiveException("it is cut off");
  }

  /** It is no tar archive, is cut off, or has what is refused. */
  static final class BadArchiveException extends IOException {

    private static final long serialVersionUID = 1L;

    BadArchiveException(String message) {
      super(message);
    }
  }
}
