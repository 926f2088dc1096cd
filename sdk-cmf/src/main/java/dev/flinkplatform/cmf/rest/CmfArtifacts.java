package dev.flinkplatform.cmf.rest;

import dev.flinkplatform.cmf.rest.HttpCalls.Req;
import dev.flinkplatform.internal.http.OneShotBody;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import okhttp3.MediaType;
import okhttp3.MultipartBody;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * The artifacts of one environment; servers of 2.4 and later that have them enabled: others answer
 * {@link CmfNotFoundException}. Thread-safe; every call blocks, those with a file at most for the
 * transfer timeout.
 */
public final class CmfArtifacts {

  private static final MediaType BINARY = MediaType.get("application/octet-stream");

  private final Calls calls;
  private final String environment;

  CmfArtifacts(Calls calls, String environment) {
    this.calls = calls;
    this.environment = environment;
  }

  /**
   * Returns the address by which jobs name an artifact.
   *
   * @param name of the artifact
   * @param version of it; null for the newest when the job starts
   * @return for example {@code cmf://prod/orders.jar?version=3}
   */
  public URI address(String name, @Nullable Integer version) {
    return URI.create(
        "cmf://" + environment + "/" + name + (version == null ? "" : "?version=" + version));
  }

  /**
   * Lists artifacts, by default by name. Nothing is sent before it is read.
   *
   * @param query which ones, and how
   * @return the list
   * @throws CmfUnsupportedException before 2.4
   */
  public CmfPages<CmfArtifact> list(CmfQuery query) {
    return calls.list(CmfEndpoint.ARTIFACTS, query, Calls.BY_NAME, CmfArtifact::of, environment);
  }

  /**
   * Lists the versions of an artifact, newest first. Nothing is sent before it is read.
   *
   * @param name of the artifact
   * @param query how; without filter, search and projection
   * @return the list
   * @throws CmfUnsupportedException before 2.4
   */
  public CmfPages<CmfArtifact> versions(String name, CmfQuery query) {
    return calls
        .list(
            CmfEndpoint.ARTIFACT_VERSIONS,
            query,
            Calls.NEWEST_FIRST,
            CmfArtifact::of,
            environment,
            name)
        .keyedBy(v -> Trees.textOr("", v.json(), "status", "version")); // all have one name
  }

  /**
   * Returns an artifact. Repeated when it fails retryably.
   *
   * @param name of the artifact
   * @param version of it; null for the newest
   * @return the artifact
   * @throws CmfUnsupportedException before 2.4
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfArtifact get(String name, @Nullable Integer version) {
    return calls.get(
        CmfEndpoint.ARTIFACT,
        version == null ? List.of() : List.of(Map.entry("version", version.toString())),
        CmfArtifact::of,
        environment,
        name);
  }

  /**
   * Makes an artifact of a file. Sent once: after a lost answer look for the name.
   *
   * @param artifact its name and labels
   * @param file the file
   * @return the artifact as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed, or the file cannot be
   *     read; nothing was sent
   * @throws CmfUnsupportedException before 2.4
   * @throws CmfConflictException if the name is taken
   * @throws CmfException if the call fails
   */
  public CmfArtifact create(CmfArtifact artifact, Path file) {
    Req req =
        calls.transfer(CmfEndpoint.ARTIFACT_CREATE, List.of(), parts(artifact, file), environment);
    return send(req, artifact);
  }

  /**
   * Adds a version to an artifact, or changes only its labels and annotations: what is left out of
   * these stays, what is empty is removed. Repeated when it fails retryably; CMF makes no new
   * version of the same content.
   *
   * @param artifact its name and labels
   * @param file the file; null to leave it as it is
   * @return the artifact as CMF has it
   * @throws IllegalArgumentException if something is missing or malformed, or the file cannot be
   *     read; nothing was sent
   * @throws CmfUnsupportedException before 2.4
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfArtifact update(CmfArtifact artifact, @Nullable Path file) {
    Req req =
        calls.transfer(
            CmfEndpoint.ARTIFACT_UPDATE,
            List.of(),
            parts(artifact, file),
            environment,
            artifact.name());
    return send(req, artifact);
  }

  private CmfArtifact send(Req req, CmfArtifact artifact) {
    CmfArtifact written = calls.body(req, calls.http().send(req), CmfArtifact::of);
    return written == null ? get(artifact.name(), null) : written;
  }

  private static Supplier<RequestBody> parts(CmfArtifact artifact, @Nullable Path file) {
    artifact.check();
    if (file != null && (!Files.isRegularFile(file) || !Files.isReadable(file))) {
      throw new IllegalArgumentException(
          artifact + " was not sent: " + file + " is no file, or cannot be read");
    }
    String json = Trees.write(artifact.body());
    return () -> {
      MultipartBody.Builder body =
          new MultipartBody.Builder()
              .setType(MultipartBody.FORM)
              // The file name makes servers take the part as a document of its type.
              .addFormDataPart("artifact", "artifact.json", OneShotBody.json(json));
      if (file != null) {
        body.addFormDataPart("file", artifact.name(), RequestBody.create(file.toFile(), BINARY));
      }
      return body.build();
    };
  }

  /**
   * Fetches the file of an artifact. The target is there whole or not at all. Repeated when it
   * fails retryably.
   *
   * @param name of the artifact
   * @param version of it; null for the newest
   * @param target where to; replaced if it is there
   * @throws CmfUnsupportedException before 2.4
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails, or the target cannot be written
   */
  public void download(String name, @Nullable Integer version, Path target) {
    Path folder = target.toAbsolutePath().getParent();
    if (folder == null || !Files.isWritable(folder)) {
      throw new IllegalArgumentException("No file can be written in " + folder);
    }
    calls
        .http()
        .download(
            calls.transfer(
                CmfEndpoint.ARTIFACT_CONTENT,
                version == null ? List.of() : List.of(Map.entry("version", version.toString())),
                null,
                environment,
                name),
            target);
  }

  /**
   * Deletes an artifact with all its versions. Repeated when it fails retryably.
   *
   * @param name of the artifact
   * @return what CMF made of it
   * @throws CmfUnsupportedException before 2.4
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome delete(String name) {
    return calls.delete(CmfEndpoint.ARTIFACT_DELETE, false, environment, name);
  }

  /**
   * Deletes one version of an artifact. Repeated when it fails retryably.
   *
   * @param name of the artifact
   * @param version of it, from 1
   * @return what CMF made of it
   * @throws CmfUnsupportedException before 2.4
   * @throws CmfNotFoundException if CMF does not know it
   * @throws CmfException if the call fails
   */
  public CmfOutcome deleteVersion(String name, int version) {
    if (version < 1) {
      throw new IllegalArgumentException("version must be at least 1, got " + version);
    }
    return calls.deleteWith(
        CmfEndpoint.ARTIFACT_DELETE,
        List.of(Map.entry("version", Integer.toString(version))),
        environment,
        name);
  }
}
