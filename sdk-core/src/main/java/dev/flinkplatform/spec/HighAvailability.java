package dev.flinkplatform.spec;

import java.util.Objects;

/** How the JobManager survives its own death. Immutable and thread-safe. */
public sealed interface HighAvailability {

  /** No high availability: when the JobManager dies, the job is restored only by the SDK. */
  record None() implements HighAvailability {}

  /**
   * Leader election and pointers in Kubernetes ConfigMaps.
   *
   * @param storageDirectory where metadata is kept, as a URI that all JobManagers can write
   * @param standbyJobManagers how many JobManagers wait besides the leader, 0 or more
   */
  record Kubernetes(String storageDirectory, int standbyJobManagers) implements HighAvailability {

    /**
     * Makes the setting of its parts.
     *
     * @param storageDirectory where metadata is kept, as a URI that all JobManagers can write
     * @param standbyJobManagers how many JobManagers wait besides the leader, 0 or more
     */
    public Kubernetes {
      Objects.requireNonNull(storageDirectory, "storageDirectory");
    }
  }

  /**
   * Leader election and pointers in ZooKeeper.
   *
   * @param quorum the quorum, {@code host:port} separated by commas
   * @param storageDirectory where metadata is kept, as a URI that all JobManagers can write
   * @param standbyJobManagers how many JobManagers wait besides the leader, 0 or more
   */
  record ZooKeeper(String quorum, String storageDirectory, int standbyJobManagers)
      implements HighAvailability {

    /**
     * Makes the setting of its parts.
     *
     * @param quorum the quorum, {@code host:port} separated by commas
     * @param storageDirectory where metadata is kept, as a URI that all JobManagers can write
     * @param standbyJobManagers how many JobManagers wait besides the leader, 0 or more
     */
    public ZooKeeper {
      Objects.requireNonNull(quorum, "quorum");
      Objects.requireNonNull(storageDirectory, "storageDirectory");
    }
  }

  /**
   * Returns the setting without high availability.
   *
   * @return the setting
   */
  static HighAvailability none() {
    return new None();
  }

  /**
   * Returns high availability by Kubernetes, without standby JobManagers.
   *
   * @param storageDirectory where metadata is kept
   * @return the setting
   */
  static HighAvailability kubernetes(String storageDirectory) {
    return new Kubernetes(storageDirectory, 0);
  }

  /**
   * Returns high availability by ZooKeeper, without standby JobManagers.
   *
   * @param quorum the quorum, {@code host:port} separated by commas
   * @param storageDirectory where metadata is kept
   * @return the setting
   */
  static HighAvailability zooKeeper(String quorum, String storageDirectory) {
    return new ZooKeeper(quorum, storageDirectory, 0);
  }
}
