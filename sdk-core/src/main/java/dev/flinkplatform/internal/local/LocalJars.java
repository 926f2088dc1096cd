package dev.flinkplatform.internal.local;

import dev.flinkplatform.Failure;
import dev.flinkplatform.spi.BackendFault;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipFile;

/**
 * The jars of a job: found, checked, and copied, so that a later build of them does not disturb
 * what runs.
 */
final class LocalJars {

  private static final Duration DOWNLOAD = Duration.ofMinutes(5);

  private LocalJars() {}

  /** The path of a jar on this machine; empty if it has to be fetched. */
  static Optional<Path> path(String location) {
    if (location.startsWith("local:")) {
      return LocalState.path("file:" + location.substring("local:".length()));
    }
    if (isRemote(location)) {
      return Optional.empty();
    }
    return LocalState.path(location).or(() -> Optional.of(Path.of(location).toAbsolutePath()));
  }

  static boolean isHttp(String location) {
    return location.startsWith("http://") || location.startsWith("https://");
  }

  private static boolean isRemote(String location) {
    return isHttp(location) || location.startsWith("s3");
  }

  /** What is wrong with a jar; empty if nothing is, or if it has to be fetched. */
  static Optional<String> check(String location) {
    if (location.matches("s3[ap]?://.*")) {
      return Optional.of(
          "the local backend does not fetch from s3; give a path or an http(s) address");
    }
    Optional<Path> path = path(location);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    if (!Files.isRegularFile(path.get())) {
      return Optional.of("there is no such file: " + path.get());
    }
    try (ZipFile zip = new ZipFile(path.get().toFile())) {
      return zip.size() == 0 ? Optional.of("the jar is empty: " + path.get()) : Optional.empty();
    } catch (IOException e) {
      return Optional.of("it cannot be read as a jar: " + path.get() + " (" + e.getMessage() + ")");
    }
  }

  /** Whether any of the jars holds a class; empty if that cannot be told without fetching. */
  static Optional<Boolean> holdsClass(List<String> locations, String className) {
    String entry = className.replace('.', '/') + ".class";
    for (String location : locations) {
      Optional<Path> path = path(location);
      if (path.isEmpty()) {
        return Optional.empty();
      }
      try (ZipFile zip = new ZipFile(path.get().toFile())) {
        if (zip.getEntry(entry) != null || holdsNested(zip, entry)) {
          return Optional.of(true);
        }
      } catch (IOException e) {
        return Optional.empty(); // said already, of the jar
      }
    }
    return Optional.of(false);
  }

  /** A nested class is written with dots by people and with dollars in a jar. */
  private static boolean holdsNested(ZipFile zip, String entry) {
    int slash = entry.lastIndexOf('/');
    for (String e = entry; slash > 0; slash = e.lastIndexOf('/')) {
      e = e.substring(0, slash) + "$" + e.substring(slash + 1);
      if (zip.getEntry(e) != null) {
        return true;
      }
    }
    return false;
  }

  /** Copies or fetches the jars into a directory. */
  static void gather(List<String> locations, Path directory) throws IOException {
    AtomicFiles.createDirectories(directory);
    for (int i = 0; i < locations.size(); i++) {
      String location = locations.get(i);
      String name =
          location.substring(location.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
      Path target = directory.resolve(String.format(Locale.ROOT, "%02d-%s", i, name));
      Path part = directory.resolve(target.getFileName() + ".part");
      Optional<Path> path = path(location);
      if (path.isPresent()) {
        Files.copy(path.get(), part, StandardCopyOption.REPLACE_EXISTING);
      } else {
        fetch(location, part);
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void fetch(String location, Path target) throws IOException {
    URI uri = URI.create(location);
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    String shown =
        uri.getScheme()
            + "://"
            + uri.getHost()
            + uri.getPath(); // user info and query may hold secrets
    try {
      HttpResponse<InputStream> response =
          client.send(
              HttpRequest.newBuilder(uri).timeout(DOWNLOAD).build(),
              HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        if (response.statusCode() != 200) {
          throw BackendFault.permanent(
              Failure.of(
                  Failure.Kind.JAR_UNREADABLE,
                  "The jar " + shown + " cannot be fetched: HTTP status " + response.statusCode()),
              null);
        }
        Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw BackendFault.unavailable("Interrupted while fetching " + shown, e);
    }
  }
}
