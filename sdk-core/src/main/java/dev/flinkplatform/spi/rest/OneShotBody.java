package dev.flinkplatform.spi.rest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** A small body that okhttp must not send again by itself: repeating is decided in one place. */
final class OneShotBody extends RequestBody {

  private static final MediaType JSON = MediaType.get("application/json");

  private final byte[] bytes;

  private OneShotBody(byte[] bytes) {
    this.bytes = bytes;
  }

  static OneShotBody json(String json) {
    return new OneShotBody(json.getBytes(StandardCharsets.UTF_8));
  }

  static OneShotBody empty() {
    return new OneShotBody(new byte[0]);
  }

  @Override
  public @Nullable MediaType contentType() {
    return bytes.length == 0 ? null : JSON;
  }

  @Override
  public long contentLength() {
    return bytes.length;
  }

  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    sink.write(bytes);
  }
}
