package dev.flinkplatform.internal.http;

import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;

/**
 * What all clients of one process share, so that many of them are cheap: threads, and the
 * connections that need no TLS settings of their own. Threads are daemons and end when idle: none
 * keeps a JVM alive.
 */
final class SharedHttp {

  private static final long IDLE_SECONDS = 10;

  private static final OkHttpClient BASE = base();

  private SharedHttp() {}

  /**
   * Returns the client that all others are derived from. Only one that calls https addresses, too,
   * sets up TLS: loading the JVM's trusted certificates is a good part of a cold program's first
   * call.
   */
  static OkHttpClient client(boolean https) {
    return https ? Https.CLIENT : BASE;
  }

  private static final class Https {
    static final OkHttpClient CLIENT =
        BASE.newBuilder()
            .connectionSpecs(List.of(ConnectionSpec.MODERN_TLS, ConnectionSpec.CLEARTEXT))
            .build();
  }

  /** Returns a pool for a client with TLS settings of its own. */
  static ConnectionPool newPool() {
    return new ConnectionPool(8, 1, TimeUnit.MINUTES);
  }

  private static OkHttpClient base() {
    AtomicInteger count = new AtomicInteger();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "flinkplatform-rest-" + count.incrementAndGet());
              thread.setDaemon(true);
              // Else the thread keeps the class loader of the web application that called first.
              thread.setContextClassLoader(SharedHttp.class.getClassLoader());
              return thread;
            });
    Dispatcher dispatcher = new Dispatcher(executor);
    // Every caller waits for its call: the callers are the limit.
    dispatcher.setMaxRequests(Integer.MAX_VALUE);
    dispatcher.setMaxRequestsPerHost(Integer.MAX_VALUE);
    return new OkHttpClient.Builder()
        .dispatcher(dispatcher)
        .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT))
        .connectionPool(new ConnectionPool(32, 1, TimeUnit.MINUTES))
        .eventListener(
            new EventListener() {
              @Override
              public void requestHeadersStart(Call call) {
                Sent sent = call.request().tag(Sent.class);
                if (sent != null) {
                  sent.begin();
                }
              }
            })
        // A redirect would carry headers with secrets to another host.
        .followRedirects(false)
        .followSslRedirects(false)
        // The time a whole call may take bounds these.
        .readTimeout(0, TimeUnit.MILLISECONDS)
        .writeTimeout(0, TimeUnit.MILLISECONDS)
        .build();
  }
}
