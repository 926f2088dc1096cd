package dev.flinkplatform.spi.rest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/** A file as the body of a request: streamed, sent once, its progress told. */
final class FileBody extends RequestBody {

  private static final MediaType TYPE = MediaType.get("application/x-java-archive");
  private static final int CHUNK = 64 * 1024;

  private final Path file;
  private final long size;
  private final ProgressListener listener;

  FileBody(Path file, long size, ProgressListener listener) {
    this.file = file;
    this.size = size;
    this.listener = listener;
  }

  @Override
  public MediaType contentType() {
    return TYPE;
  }

  @Override
  public long contentLength() {
    return size;
  }

  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    long sent = 0;
    try (InputStream in = open()) {
      byte[] chunk = new byte[CHUNK];
      while (sent < size) {
        int n = read(in, chunk);
        if (n < 0) {
          throw new HttpCalls.UnreadableFileException(
              file + " became shorter while it was sent: " + sent + " of " + size + " bytes", null);
        }
        n = (int) Math.min(n, size - sent);
        sink.write(chunk, 0, n);
        sent += n;
        listener.sent(sent, size);
      }
    }
  }

  private InputStream open() throws IOException {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw new HttpCalls.UnreadableFileException("cannot read " + file + ": " + e, e);
    }
  }

  private int read(InputStream in, byte[] chunk) throws IOException {
    try {
      return in.read(chunk);
    } catch (IOException e) {
      throw new HttpCalls.UnreadableFileException("cannot read " + file + ": " + e, e);
    }
  }
}
