package dev.flinkplatform.internal.local;

import dev.flinkplatform.error.FlinkReleaseException;
import dev.flinkplatform.error.FlinkReleaseException.Reason;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.error.WaitInterruptedException;
import dev.flinkplatform.internal.local.TarReader.BadArchiveException;
import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.spec.FlinkVersion;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FileOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import okhttp3.Call;
import okhttp3.Credentials;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Official releases of Flink in a directory that any number of processes share.
 *
 * <pre>
 * cache/
 *   flink-2.3.0/                      a release; it appears by a rename, when all of it is on the disk
 *     .flinkplatform-release          the checksum of its archive
 *   .work/
 *     flink-2.3.0.lock                held by who fetches; the empty file stays
 *     flink-2.3.0.tgz                 what has come of the archive so far
 *     flink-2.3.0.from                which archive that is: address and validator (ETag or time)
 *     flink-2.3.0.unpacking/          removed before it is filled
 * </pre>
 */
public final class ReleaseStore {

  /** What is being done. */
  public enum Stage {
    /** Somebody else fetches it. */
    WAITING,
    /** The archive comes. */
    DOWNLOADING,
    /** Its checksum is computed. */
    VERIFYING,
    /** It is unpacked. */
    UNPACKING,
    /** It can be used. */
    READY
  }

  /** Who hears of the progress. */
  @FunctionalInterface
  public interface Listener {
    /**
     * Hears how far a stage is.
     *
     * @param total -1 if it is not known
     */
    void hear(Stage stage, long bytes, long total);
  }

  private static final Logger LOG = LoggerFactory.getLogger(ReleaseStore.class);

  private static final String MARKER = ".flinkplatform-release";
  private static final int ATTEMPTS = 5;
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final long WATCH_MILLIS = 100;
  private static final long HEAR_NANOS = 250_000_000;
  private static final long LOCK_MILLIS = 100;

  /** Unpacked, as a multiple of the archive; Flink's jars are packed already. */
  private static final double UNPACKED = 1.2;

  private static final Pattern SHA_512 =
      Pattern.compile("(?<![0-9a-fA-F])[0-9a-fA-F]{128}(?![0-9a-fA-F])");

  /** Within this JVM: a file lock belongs to all of it. */
  private static final Map<Path, ReentrantLock> LOCKS = new ConcurrentHashMap<>();

  private final Path cache;
  private final Path work;
  private final List<URI> baseUrls;
  private final Optional<String> pinned;
  private final Duration timeout;
  private final Listener listener;
  private final Duration pause;
  private long heardAt;

  /** What the caller waits for. A dispatcher would know it until the body begins only. */
  private volatile @Nullable Call present;

  /**
   * Makes a store.
   *
   * @param baseUrls asked one after the other
   * @param sha512 the checksum that is wanted; if empty, what the server says
   * @param timeout how long the server may say nothing
   */
  public ReleaseStore(
      Path cache,
      List<URI> baseUrls,
      Optional<String> sha512,
      Duration timeout,
      Listener listener) {
    this(cache, baseUrls, sha512, timeout, listener, PAUSE);
  }

  /** The same, with another pause before the second try; it doubles before each further one. */
  ReleaseStore(
      Path cache,
      List<URI> baseUrls,
      Optional<String> sha512,
      Duration timeout,
      Listener listener,
      Duration pause) {
    this.cache = cache;
    this.work = cache.resolve(".work");
    this.baseUrls = baseUrls;
    this.pinned = sha512;
    this.timeout = timeout;
    this.listener = listener;
    this.pause = pause;
  }

  /**
   * Returns an address as it may be shown.
   *
   * @return it, without user and password
   */
  public static String shown(URI uri) {
    return uri.toString().replaceFirst("//[^/@]*@", "//");
  }

  /**
   * Returns where a release is; fetches it first if it is not there.
   *
   * @throws FlinkReleaseException if that is not possible
   * @throws WaitInterruptedException if the thread was interrupted
   */
  public Path home(FlinkVersion version) {
    Path home = cache.resolve("flink-" + version);
    try {
      if (!isComplete(home, version)) {
        fetchAlone(home, version);
      }
    } catch (InterruptedException | ClosedByInterruptException e) {
      throw interrupted(version, e);
    } catch (IOException e) {
      throw disk("Cannot use the cache of Flink releases: " + e, e);
    }
    hear(Stage.READY, 0, -1);
    return home;
  }

  private boolean isComplete(Path home, FlinkVersion version) throws IOException {
    String checksum;
    try {
      checksum = Files.readString(home.resolve(MARKER), StandardCharsets.UTF_8).trim();
    } catch (NoSuchFileException e) {
      return false;
    }
    if (pinned.isPresent() && !pinned.get().equals(checksum)) {
      throw new FlinkReleaseException(
          Reason.CHECKSUM_MISMATCH,
          "Flink "
              + version
              + " in '"
              + home
              + "' was unpacked of an archive with the SHA-512 "
              + checksum
              + ", wanted is "
              + pinned.get()
              + ". Look where it came from, and remove the directory",
          resource(),
          0,
          null);
    }
    return true;
  }

  private void fetchAlone(Path home, FlinkVersion version)
      throws IOException, InterruptedException {
    Files.createDirectories(work);
    Path lockFile = work.toRealPath().resolve("flink-" + version + ".lock");
    ReentrantLock inJvm = LOCKS.computeIfAbsent(lockFile, f -> new ReentrantLock());
    if (!inJvm.tryLock()) {
      hear(Stage.WAITING, 0, -1);
      inJvm.lockInterruptibly();
    }
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = acquire(channel)) {
      if (!lock.isValid()) {
        throw new IOException("the lock '" + lockFile + "' was lost");
      }
      if (!isComplete(home, version)) {
        if (Files.exists(home)) {
          throw disk(
              "'"
                  + home
                  + "' is there, and was not made by the SDK: it has no "
                  + MARKER
                  + ". Remove it, or name it with FlinkDistribution.home(path)",
              null);
        }
        fetch(home, version);
      }
    } finally {
      inJvm.unlock();
    }
  }

  private FileLock acquire(FileChannel channel) throws IOException, InterruptedException {
    while (true) {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
      hear(Stage.WAITING, 0, -1);
      Thread.sleep(LOCK_MILLIS);
    }
  }

  private void fetch(Path home, FlinkVersion version) throws IOException, InterruptedException {
    Work files = new Work(version);
    String checksum = archive(version, files);
    LocalState.deleteTree(files.unpacking);
    Files.createDirectory(files.unpacking);
    try {
      unpack(files, version);
    } catch (BadArchiveException | ZipException | EOFException e) {
      LocalState.deleteTree(files.unpacking);
      Files.deleteIfExists(files.archive);
      throw badArchive(version, String.valueOf(e.getMessage()), e);
    }
    checkRelease(files.unpacking, version);
    write(files.unpacking.resolve(MARKER), checksum + "\n");
    syncDirectories(files.unpacking);
    Files.move(files.unpacking, home, StandardCopyOption.ATOMIC_MOVE);
    AtomicFiles.sync(cache);
    Files.deleteIfExists(files.from);
    Files.deleteIfExists(files.archive);
  }

  /** Where the work on a release is done. */
  private final class Work {
    final Path archive;
    final Path from;
    final Path unpacking;

    Work(FlinkVersion version) {
      archive = work.resolve("flink-" + version + ".tgz");
      from = work.resolve("flink-" + version + ".from");
      unpacking = work.resolve("flink-" + version + ".unpacking");
    }
  }

  // ---- the archive ----

  /** Gets the archive of the first server that has it; returns its checksum, which is verified. */
  private String archive(FlinkVersion version, Work files)
      throws IOException, InterruptedException {
    OkHttpClient http =
        new OkHttpClient.Builder()
            .connectTimeout(timeout)
            .readTimeout(timeout)
            .writeTimeout(timeout)
            .build();
    List<String> without = new ArrayList<>();
    FlinkReleaseException trouble = null;
    // Reading from a socket does not end by an interrupt of its thread.
    Thread caller = Thread.currentThread();
    Thread watch =
        new Thread(
            () -> {
              try {
                while (true) {
                  Thread.sleep(WATCH_MILLIS);
                  Call call = present;
                  if (call != null && caller.isInterrupted()) {
                    call.cancel();
                  }
                }
              } catch (InterruptedException e) {
                // The caller has what it wanted.
              }
            },
            "flink-release-watch");
    watch.setDaemon(true);
    watch.start();
    try {
      for (URI base : baseUrls) {
        Source source = new Source(http, base, version);
        try {
          return verified(source, version, files);
        } catch (FlinkReleaseException e) {
          if (e.reason() == Reason.NO_SUCH_VERSION) {
            without.add(source.shown);
          } else if (e.reason() == Reason.UNREACHABLE || e.reason() == Reason.REFUSED) {
            trouble = e;
          } else {
            throw e;
          }
        }
      }
    } finally {
      watch.interrupt();
      http.connectionPool().evictAll();
      http.dispatcher().executorService().shutdown();
    }
    if (trouble != null) {
      throw trouble;
    }
    throw new FlinkReleaseException(
        Reason.NO_SUCH_VERSION,
        "There is no Flink release "
            + version
            + ": looked for "
            + String.join(" and ", without)
            + ". All releases that ever were are at https://archive.apache.org/dist/flink/",
        resource(),
        404,
        null);
  }

  private String verified(Source source, FlinkVersion version, Work files)
      throws IOException, InterruptedException {
    String wanted = pinned.isPresent() ? pinned.get() : source.checksum();
    String seen = "";
    for (int i = 0; i < 2; i++) {
      download(source, files);
      seen = sha512(files.archive);
      if (seen.equals(wanted)) {
        return wanted;
      }
      // Perhaps the file on the server was replaced, or a power cut left a hole: all of it again.
      LOG.debug("{} has the SHA-512 {}, wanted is {}", source.shown, seen, wanted);
      Files.deleteIfExists(files.from);
      Files.deleteIfExists(files.archive);
    }
    throw new FlinkReleaseException(
        Reason.CHECKSUM_MISMATCH,
        "The archive of Flink "
            + version
            + " at "
            + source.shown
            + " has the SHA-512 "
            + seen
            + ", wanted is "
            + wanted
            + (pinned.isPresent() ? "" : " as the .sha512 beside it says")
            + ". It was fetched twice and thrown away; use another base URL, and tell who runs this"
            + " one",
        resource(),
        0,
        null);
  }

  /** One server. */
  private final class Source {
    final OkHttpClient http;
    final String url;
    final String shown;
    final @Nullable String authorization;

    Source(OkHttpClient http, URI base, FlinkVersion version) {
      this.http = http;
      this.shown =
          shown(base).replaceFirst("/+$", "")
              + "/flink-"
              + version
              + "/flink-"
              + version
              + "-bin-scala_2.12.tgz";
      this.url = shown;
      String user = base.getUserInfo();
      int colon = user == null ? -1 : user.indexOf(':');
      this.authorization =
          user == null
              ? null
              : Credentials.basic(
                  colon < 0 ? user : user.substring(0, colon),
                  colon < 0 ? "" : user.substring(colon + 1),
                  StandardCharsets.UTF_8);
    }

    Request.Builder request(String address) {
      Request.Builder request =
          new Request.Builder()
              .url(address)
              .header("User-Agent", "flinkplatform-sdk")
              // Else what is packed already comes packed once more.
              .header("Accept-Encoding", "identity");
      if (authorization != null) {
        request.header("Authorization", authorization);
      }
      return request;
    }

    Response execute(Request.Builder request) throws IOException {
      Call call = http.newCall(request.build());
      present = call;
      return call.execute();
    }

    /** Asks for what the archive's checksum must be. */
    String checksum() throws IOException, InterruptedException {
      String address = url + ".sha512";
      String text =
          persistently(
              address,
              () -> {
                try (Response response = execute(request(address))) {
                  requireSuccess(response, address);
                  // Some hundred bytes; whatever else it is, it need not be read to its end.
                  return response.peekBody(8192).string();
                }
              });
      Matcher m = SHA_512.matcher(text);
      if (!m.find()) {
        throw new FlinkReleaseException(
            Reason.BAD_ARCHIVE,
            address + " holds no SHA-512, but '" + head(text) + "'. Is it the right base URL?",
            resource(),
            0,
            null);
      }
      return m.group().toLowerCase(Locale.ROOT);
    }
  }

  private static String head(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= 80 ? line : line.substring(0, 80) + "…";
  }

  /** A call to a server. */
  @FunctionalInterface
  private interface Attempt<T> {
    /**
     * Calls.
     *
     * @throws IOException if the server, or the way to it, is in trouble; worth another try
     * @throws DiskException if it is the disk
     * @throws FlinkReleaseException if another try would end like this one
     */
    T call() throws IOException;
  }

  private <T> T persistently(String address, Attempt<T> call)
      throws IOException, InterruptedException {
    IOException last = null;
    for (int i = 0; i < ATTEMPTS; i++) {
      if (i > 0) {
        Thread.sleep(pause.toMillis() << (i - 1));
      }
      try {
        return call.call();
      } catch (DiskException e) {
        throw e;
      } catch (StatusException e) {
        last = e;
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()
            || (e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException))) {
          InterruptedException interrupted = new InterruptedException(e.getMessage());
          interrupted.initCause(e);
          throw interrupted;
        }
        last = e;
      }
      LOG.debug("{}: {}", address, String.valueOf(last));
    }
    if (last instanceof StatusException e) {
      throw refused(address, e.status, " " + ATTEMPTS + " times in a row. Try again later");
    }
    throw new FlinkReleaseException(
        Reason.UNREACHABLE,
        "Cannot fetch "
            + address
            + ", tried "
            + ATTEMPTS
            + " times: "
            + last
            + ". Check the network, and the proxy (https.proxyHost); what has come is kept, and the"
            + " next call goes on. Another base URL: ReleaseOptions.builder().baseUrl(...) or the"
            + " environment variable FLINKPLATFORM_RELEASES_URL",
        resource(),
        0,
        last);
  }

  private void requireSuccess(Response response, String address) throws IOException {
    int status = response.code();
    if (response.isSuccessful()) {
      return;
    }
    if (status == 404 || status == 410) {
      throw new FlinkReleaseException(
          Reason.NO_SUCH_VERSION, address + " is not there", resource(), status, null);
    }
    if (status >= 500 || status == 408 || status == 429) {
      throw new StatusException(status);
    }
    throw refused(address, status, ". Check the base URL and what it asks for");
  }

  private FlinkReleaseException refused(String address, int status, String remedy) {
    return new FlinkReleaseException(
        Reason.REFUSED,
        address + " was answered with HTTP status " + status + remedy,
        resource(),
        status,
        null);
  }

  private void download(Source source, Work files) throws IOException, InterruptedException {
    Boolean done =
        persistently(
            source.shown,
            () -> {
              try {
                return downloadOnce(source, files);
              } catch (DiskException e) {
                throw disk(String.valueOf(e.getMessage()), e);
              }
            });
    LOG.debug("{} is there: {}", source.shown, done);
  }

  private boolean downloadOnce(Source source, Work files) throws IOException {
    Optional<String> validator = onDisk(() -> validator(source, files));
    long have = validator.isPresent() ? onDisk(() -> size(files.archive)) : 0;
    Request.Builder request = source.request(source.url);
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-").header("If-Range", validator.orElseThrow());
    }
    try (Response response = source.execute(request)) {
      if (response.code() == 416) {
        if (response.header("Content-Range", "").equals("bytes */" + have)) {
          return true; // All of it has come, and nobody has looked at it yet.
        }
        onDisk(() -> Files.deleteIfExists(files.from));
        throw new IOException("the server has no such range");
      }
      requireSuccess(response, source.shown);
      boolean goesOn = response.code() == 206;
      if (goesOn && !response.header("Content-Range", "").startsWith("bytes " + have + "-")) {
        onDisk(() -> Files.deleteIfExists(files.from));
        throw new IOException("the server sent another range than it was asked for");
      }
      if (response.code() != 200 && !goesOn) {
        throw refused(source.shown, response.code(), ". Check the base URL");
      }
      ResponseBody body = response.body();
      long begin = goesOn ? have : 0;
      long total = body.contentLength() < 0 ? -1 : begin + body.contentLength();
      requireSpace(total, begin);
      if (!goesOn) {
        onDisk(() -> startAnew(source, response, files));
      }
      append(body.byteStream(), files.archive, begin, total);
      return true;
    }
  }

  /** Returns what tells that the part here is of the file there. */
  private static Optional<String> validator(Source source, Work files) throws IOException {
    try {
      List<String> lines = Files.readAllLines(files.from, StandardCharsets.UTF_8);
      return lines.size() == 2 && lines.get(0).equals(source.url) && !lines.get(1).isEmpty()
          ? Optional.of(lines.get(1))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** First nothing, then of what it is: never the bytes of one file under the name of another. */
  private static Path startAnew(Source source, Response response, Work files) throws IOException {
    Files.deleteIfExists(files.archive);
    String tag = response.header("ETag", "");
    // Weak ones do not say that the bytes are the same.
    String validator = tag.startsWith("\"") ? tag : response.header("Last-Modified", "");
    AtomicFiles.replace(
        files.from,
        files.from.resolveSibling(files.from.getFileName() + ".tmp"),
        source.url + "\n" + validator + "\n");
    return files.from;
  }

  private void append(InputStream in, Path file, long begin, long total) throws IOException {
    long done = begin;
    hear(Stage.DOWNLOADING, done, total);
    byte[] buffer = new byte[1 << 16];
    try (FileOutputStream out = onDisk(() -> new FileOutputStream(file.toFile(), true))) {
      int n;
      while ((n = in.read(buffer)) >= 0) {
        int length = n;
        onDisk(
            () -> {
              out.write(buffer, 0, length);
              return out;
            });
        done += n;
        hearAtTimes(Stage.DOWNLOADING, done, total);
      }
    }
    hear(Stage.DOWNLOADING, done, total);
  }

  private void requireSpace(long total, long have) throws IOException {
    if (total < 0) {
      return;
    }
    long needed = total - have + (long) (total * UNPACKED);
    long free = onDisk(() -> Files.getFileStore(cache).getUsableSpace());
    if (free < needed) {
      throw disk(
          "'"
              + cache
              + "' has "
              + megabytes(free)
              + " MB free, "
              + megabytes(needed)
              + " MB are needed. Make room, or name another directory with"
              + " ReleaseOptions.builder().cache(path) or the environment variable"
              + " FLINKPLATFORM_RELEASES_CACHE",
          null);
    }
  }

  private static long megabytes(long bytes) {
    return bytes >> 20;
  }

  private String sha512(Path file) throws IOException {
    long total = Files.size(file);
    long done = 0;
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-512");
      byte[] buffer = new byte[1 << 16];
      int n;
      while ((n = in.read(buffer)) >= 0) {
        digest.update(buffer, 0, n);
        done += n;
        hearAtTimes(Stage.VERIFYING, done, total);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This JVM has no SHA-512", e);
    }
  }

  // ---- what is in it ----

  private void unpack(Work files, FlinkVersion version) throws IOException {
    long total = Files.size(files.archive);
    hear(Stage.UNPACKING, 0, total);
    try (Counted counted = new Counted(Files.newInputStream(files.archive));
        InputStream in = new BufferedInputStream(new GZIPInputStream(counted, 1 << 16), 1 << 16)) {
      TarReader tar = new TarReader(in);
      TarReader.Entry entry;
      while ((entry = tar.next()) != null) {
        Optional<Path> place = place(files.unpacking, "flink-" + version, entry.name());
        if (place.isEmpty()) {
          continue;
        }
        if (entry.directory()) {
          Files.createDirectories(place.get());
        } else {
          Path parent = place.get().getParent();
          if (parent != null) {
            Files.createDirectories(parent);
          }
          write(tar, entry, place.get());
        }
        hearAtTimes(Stage.UNPACKING, counted.count, total);
      }
    } catch (FileAlreadyExistsException e) {
      throw new BadArchiveException("'" + e.getFile() + "' is in it twice");
    }
    hear(Stage.UNPACKING, total, total);
  }

  /**
   * Returns where an entry belongs, which is always below the directory.
   *
   * @return the place, or empty for the top directory, which stands for the directory itself
   */
  static Optional<Path> place(Path directory, String top, String name) throws IOException {
    List<String> parts = new ArrayList<>(List.of(name.split("/", -1)));
    if (parts.get(0).equals(".")) {
      parts.remove(0);
    }
    if (parts.isEmpty()) {
      return Optional.empty();
    }
    for (String part : parts) {
      if (part.isEmpty()
          || part.equals(".")
          || part.equals("..")
          || part.indexOf('\0') >= 0
          || part.indexOf('\\') >= 0) {
        throw new BadArchiveException("'" + name + "' would lead out of the directory");
      }
    }
    if (!parts.get(0).equals(top)) {
      throw new BadArchiveException("'" + name + "' is not below '" + top + "'");
    }
    if (parts.size() == 1) {
      return Optional.empty();
    }
    return Optional.of(directory.resolve(String.join("/", parts.subList(1, parts.size()))));
  }

  private static void write(TarReader tar, TarReader.Entry entry, Path file) throws IOException {
    // Readable by everybody: it holds nothing that is not on Apache's servers. Never a set-uid bit.
    Files.createFile(
        file,
        PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString(entry.executable() ? "rwxr-xr-x" : "rw-r--r--")));
    byte[] buffer = new byte[1 << 16];
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      int n;
      while ((n = tar.read(buffer)) >= 0) {
        out.write(buffer, 0, n);
      }
      out.getFD().sync();
    }
  }

  private static void write(Path file, String text) throws IOException {
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.getFD().sync();
    }
  }

  private static void syncDirectories(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      all.filter(Files::isDirectory).forEach(AtomicFiles::sync);
    }
  }

  private void checkRelease(Path directory, FlinkVersion version) throws IOException {
    String wrong;
    IllegalArgumentException cause = null;
    try {
      FlinkVersion is = FlinkDistribution.home(directory).version();
      if (is.equals(version)) {
        return;
      }
      wrong = "it is Flink " + is;
    } catch (IllegalArgumentException e) {
      wrong = String.valueOf(e.getMessage());
      cause = e;
    }
    LocalState.deleteTree(directory);
    throw badArchive(version, wrong, cause);
  }

  /** Counts what is read. */
  private static final class Counted extends FilterInputStream {
    long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      count += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int n = super.read(buffer, offset, length);
      count += Math.max(0, n);
      return n;
    }
  }

  // ---- saying it ----

  private void hearAtTimes(Stage stage, long bytes, long total) {
    if (System.nanoTime() - heardAt > HEAR_NANOS) {
      hear(stage, bytes, total);
    }
  }

  private void hear(Stage stage, long bytes, long total) {
    heardAt = System.nanoTime();
    try {
      listener.hear(stage, bytes, total);
    } catch (RuntimeException e) {
      LOG.debug("A listener threw", e);
    }
  }

  private ResourceRef resource() {
    return new ResourceRef(LocalBackend.NAME, cache.toString(), "");
  }

  private FlinkReleaseException disk(String message, @Nullable Throwable cause) {
    return new FlinkReleaseException(Reason.DISK, message, resource(), 0, cause);
  }

  private FlinkReleaseException badArchive(
      FlinkVersion version, String why, @Nullable Throwable cause) {
    return new FlinkReleaseException(
        Reason.BAD_ARCHIVE,
        "The archive of Flink "
            + version
            + " is not usable: "
            + why
            + ". Its checksum was right, so the server has a wrong file; use another base URL",
        resource(),
        0,
        cause);
  }

  private WaitInterruptedException interrupted(FlinkVersion version, Exception cause) {
    Thread.currentThread().interrupt();
    return new WaitInterruptedException(
        "Interrupted while Flink " + version + " was fetched; the next call goes on",
        resource(),
        cause);
  }

  /** Something done on the disk, whose trouble is not the server's. */
  @FunctionalInterface
  private interface DiskCall<T> {
    /**
     * Does it.
     *
     * @throws IOException if the disk is in trouble
     */
    T call() throws IOException;
  }

  private static <T> T onDisk(DiskCall<T> call) throws DiskException {
    try {
      return call.call();
    } catch (IOException e) {
      throw new DiskException(
          "Cannot write to the cache of Flink releases: "
              + e
              + ". Make room or mend its permissions; what has come is kept, and the next call goes"
              + " on",
          e);
    }
  }

  /** The disk is in trouble: another try would not help. */
  private static final class DiskException extends IOException {

    private static final long serialVersionUID = 1L;

    DiskException(String message, IOException cause) {
      super(message, cause);
    }
  }

  /** A status that may be another one soon. */
  private static final class StatusException extends IOException {

    private static final long serialVersionUID = 1L;

    final int status;

    StatusException(int status) {
      super("HTTP status " + status);
      this.status = status;
    }
  }
}
