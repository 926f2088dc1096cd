package dev.flinkplatform.cmf.rest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file that CMF keeps for the jobs of an environment, in versions; servers of 2.4 and later.
 *
 * <p>Immutable and thread-safe.
 */
public final class CmfArtifact extends CmfResource {

  static final String KIND = "Artifact";
  private static final Pattern NAME = Pattern.compile("[A-Za-z][-A-Za-z0-9_]*\\.[A-Za-z0-9]+");
  private static final int LONGEST_NAME = 45;

  private CmfArtifact(Map<String, ?> json) {
    super(json);
  }

  /**
   * Takes an artifact from JSON; it is checked when it is sent.
   *
   * @param json as CMF's API describes it
   * @return the artifact
   * @throws IllegalArgumentException if a value is not JSON
   */
  public static CmfArtifact of(Map<String, ?> json) {
    return new CmfArtifact(json);
  }

  /**
   * Starts an artifact.
   *
   * @param name a letter first, one extension, up to 45 characters, for example {@code orders.jar}
   * @return a builder
   */
  public static Builder builder(String name) {
    return new Builder(CmfResource.Builder.envelope(KIND, name));
  }

  /**
   * Starts a builder with all that this artifact has, for read, change, write.
   *
   * @return a builder
   */
  public Builder toBuilder() {
    return new Builder(json());
  }

  /**
   * Returns the version.
   *
   * @return the number, from 1; 0 if it was not read
   */
  public int version() {
    return Trees.text(json(), "status", "version")
        .filter(v -> v.chars().allMatch(Character::isDigit) && !v.isEmpty() && v.length() < 10)
        .map(Integer::valueOf)
        .orElse(0);
  }

  /**
   * Returns the size of the file.
   *
   * @return bytes; empty if it was not read
   */
  public Optional<Long> size() {
    return Trees.number(json(), "status", "size");
  }

  /**
   * Returns the checksum of the file.
   *
   * @return {@code sha256:} and hexadecimal digits; empty if it was not read
   */
  public Optional<String> checksum() {
    return Trees.text(json(), "status", "checksum");
  }

  /**
   * Returns where the file stands.
   *
   * @return UPLOADING, READY, FILE_MISSING, STORE_UNREACHABLE or a later phase; empty if it was not
   *     read
   */
  public Optional<String> phase() {
    return Trees.text(json(), "status", "phase");
  }

  /**
   * Returns what CMF says of its phase.
   *
   * @return the text; empty if there is none
   */
  public Optional<String> message() {
    return Trees.text(json(), "status", "message").filter(s -> !s.isEmpty());
  }

  @Override
  List<String> faults() {
    List<String> faults = envelopeFaults(KIND);
    if (!NAME.matcher(name()).matches() || name().length() > LONGEST_NAME) {
      faults.add(
          "metadata.name is '"
              + name()
              + "': give a letter first, one extension, and up to "
              + LONGEST_NAME
              + " characters, for example orders.jar");
    }
    return faults;
  }

  @Override
  Map<String, @Nullable Object> body() {
    Map<String, @Nullable Object> out = super.body();
    out.putIfAbsent("spec", Map.of());
    return out;
  }

  /** Collects a {@link CmfArtifact}. Not thread-safe. */
  public static final class Builder extends CmfResource.Builder<CmfArtifact, Builder> {

    private Builder(Map<String, ?> json) {
      super(json);
    }

    @Override
    Builder self() {
      return this;
    }

    @Override
    CmfArtifact create(Map<String, @Nullable Object> tree) {
      return new CmfArtifact(tree);
    }
  }
}
