package dev.flinkplatform.internal.http;

import java.io.IOException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.ConnectionPool;
import okhttp3.Request;
import okhttp3.Response;
import okio.BufferedSource;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** The calls of one client that are under way, each waited for by its caller. Thread-safe. */
public final class Exchanges implements AutoCloseable {

  private static final long MAX_ERROR_BYTES = 256L << 10;
  private static final int MAX_EXCERPT_CHARS = 4_000;

  private final Connection connection;
  private final Set<Call> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Makes the place for the calls of a client.
   *
   * @param connection what they go over
   */
  public Exchanges(Connection connection) {
    this.connection = connection;
  }

  /**
   * Reads an answer.
   *
   * @param <T> what is made of it
   */
  @FunctionalInterface
  public interface Reader<T> {
    /**
     * Reads it.
     *
     * @param response the answer; closed by the caller
     * @return what is made of it
     * @throws IOException if it breaks off
     */
    T read(Response response) throws IOException;
  }

  /** Makes a call, which is sent with one of the methods below. */
  public Call newCall(Request request) {
    return connection.http().newCall(request);
  }

  /**
   * Makes a call that is never sent twice. Its connection is a new one: one that was idle may be
   * closed already, which shows only when the call is lost.
   */
  public Call newCallOnce(Request request) {
    return connection
        .http()
        .newBuilder()
        .retryOnConnectionFailure(false)
        .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS))
        .build()
        .newCall(request);
  }

  /**
   * Sends a call and reads its answer whole, on a thread of its own, so that an interrupt ends the
   * wait at once.
   *
   * @param call the call
   * @param reader reads the answer
   * @param <T> what is made of it
   * @return what was made of it
   * @throws IOException if there is no answer
   * @throws InterruptedException if the caller was interrupted; the call is cancelled
   */
  public <T> T exchange(Call call, Reader<T> reader) throws IOException, InterruptedException {
    underWay.add(call);
    try {
      return await(
          call,
          response -> {
            try (response) {
              return reader.read(response);
            }
          });
    } finally {
      underWay.remove(call);
    }
  }

  /**
   * Sends a call whose answer the caller reads. The caller says {@link #ended} when that is done,
   * unless this throws.
   *
   * @param call the call
   * @return the answer, to be closed by the caller
   * @throws IOException if there is no answer
   * @throws InterruptedException if the caller was interrupted; the call is cancelled
   */
  public Response open(Call call) throws IOException, InterruptedException {
    underWay.add(call);
    boolean opened = false;
    try {
      Response response = await(call, r -> r);
      opened = true;
      return response;
    } finally {
      if (!opened) {
        underWay.remove(call);
      }
    }
  }

  /** Ends a call that was opened. */
  public void ended(Call call) {
    underWay.remove(call);
  }

  private static <T> T await(Call call, Reader<T> reader) throws IOException, InterruptedException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedException();
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call c, IOException e) {
            result.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call c, Response response) {
            try {
              if (!result.complete(reader.read(response))) {
                response.close();
              }
            } catch (IOException | RuntimeException | Error e) {
              response.close();
              result.completeExceptionally(e);
            }
          }
        });
    try {
      return result.get();
    } catch (InterruptedException e) {
      call.cancel();
      result.cancel(false);
      if (!result.isCompletedExceptionally() && result.join() instanceof Response late) {
        late.close(); // it came in the same moment: nobody else closes it
      }
      throw e;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException io) {
        throw io;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(
          call.request().method() + " " + call.request().url() + " failed inside the client",
          cause);
    }
  }

  /**
   * Reads a body, of an answer that is no success at most what a message needs.
   *
   * @param response the answer
   * @param limit the most bytes of a success
   * @return the body
   * @throws IOException if it breaks off, or a success has more
   */
  public static ByteString body(Response response, long limit) throws IOException {
    boolean whole = response.isSuccessful();
    long most = whole ? limit : MAX_ERROR_BYTES;
    BufferedSource source = response.body().source();
    if (source.request(most + 1) && whole) {
      throw new IOException("the answer has more than " + limit + " bytes");
    }
    return source.readByteString(Math.min(most, source.getBuffer().size()));
  }

  /** What of a body an exception keeps. */
  public static String excerpt(String text) {
    return text.length() <= MAX_EXCERPT_CHARS ? text : text.substring(0, MAX_EXCERPT_CHARS);
  }

  /** Whether TLS was refused for good, other than a connection that broke during the handshake. */
  public static boolean isTlsRefusal(IOException e) {
    if (e instanceof SSLPeerUnverifiedException
        || has(e, CertificateException.class)
        || has(e, CertPathValidatorException.class)) {
      return true;
    }
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return e instanceof SSLException
        && (message.contains("alert") || message.contains("unsupported or unrecognized"));
  }

  /** Whether a type is among an exception and its causes. */
  public static boolean has(@Nullable Throwable e, Class<? extends Throwable> type) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the client was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Ends running calls; connections other clients share stay. */
  @Override
  public void close() {
    closed = true;
    underWay.forEach(Call::cancel);
    if (connection.ownPool()) {
      connection.http().connectionPool().evictAll();
    }
  }
}
