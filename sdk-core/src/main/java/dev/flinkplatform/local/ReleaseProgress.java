package dev.flinkplatform.local;

import dev.flinkplatform.spec.FlinkVersion;
import java.util.OptionalInt;

/**
 * How far a release of Flink has been fetched.
 *
 * @param version the release
 * @param stage what is being done
 * @param bytes how many bytes of this stage are done; 0 while {@link Stage#WAITING}
 * @param totalBytes how many there will be, or -1 if that is not known
 */
public record ReleaseProgress(FlinkVersion version, Stage stage, long bytes, long totalBytes) {

  /**
   * Returns the share of this stage that is done.
   *
   * @return 0 to 100, or empty if the total is not known
   */
  public OptionalInt percent() {
    return totalBytes <= 0
        ? OptionalInt.empty()
        : OptionalInt.of((int) Math.min(100, bytes * 100 / totalBytes));
  }

  /** What is being done, in this order. Stages that are not needed are left out. */
  public enum Stage {
    /** Another process fetches the same release. */
    WAITING,
    /** The archive comes from the server. */
    DOWNLOADING,
    /** The checksum of the archive is computed. */
    VERIFYING,
    /** The archive is unpacked. */
    UNPACKING,
    /** The release can be used. */
    READY
  }
}
