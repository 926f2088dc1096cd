package dev.flinkplatform.internal.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** A small body that okhttp must not send again by itself: repeating is decided in one place. */
public final class OneShotBody extends RequestBody {

  private final byte[] bytes;
  private final @Nullable MediaType type;

  private OneShotBody(byte[] bytes, @Nullable MediaType type) {
    this.bytes = bytes;
    this.type = type;
  }

  /** A document. */
  public static OneShotBody json(String json) {
    return new OneShotBody(
        json.getBytes(StandardCharsets.UTF_8), MediaType.get("application/json"));
  }

  /** A form, encoded by the caller. */
  public static OneShotBody form(String form) {
    return new OneShotBody(
        form.getBytes(StandardCharsets.US_ASCII),
        MediaType.get("application/x-www-form-urlencoded"));
  }

  /** Nothing, for methods that must have a body. */
  public static OneShotBody empty() {
    return new OneShotBody(new byte[0], null);
  }

  @Override
  public @Nullable MediaType contentType() {
    return type;
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
