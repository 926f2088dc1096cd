package dev.flinkplatform.internal.local;

import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spi.BackendFault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What ZooKeeper and the storage keep of the clusters of this machine: needed while a cluster is to
 * come back, and removed when it is not. Thread-safe.
 */
final class Pointers implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Pointers.class);

  private final Map<FlinkVersion, Installation> installations;
  private final ExecutorService purging =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "flinkplatform-purge");
            thread.setDaemon(true);
            return thread;
          });

  Pointers(Map<FlinkVersion, Installation> installations) {
    this.installations = installations;
  }

  /**
   * Whether ZooKeeper still has those of a start. A JobManager that finds nothing there would start
   * the job as it was started first, whatever it did since.
   */
  boolean areKnown(LocalRun run) throws IOException {
    Optional<HaData> data = HaData.of(run.application(), run.launchId());
    return data.isPresent() && data.get().isKnown(anInstallation());
  }

  /**
   * Removes, in the background, what earlier starts kept: the state to start from is known, and so
   * it is of no more use.
   */
  void purgeEarlierThan(LocalRun run) throws IOException {
    for (HaData old : HaData.all(run.application())) {
      if (!old.clusterId().equals(run.launchId())) {
        purgeLater(old);
      }
    }
  }

  private void purgeLater(HaData old) {
    try {
      purging.execute(
          () -> {
            try {
              purge(old);
            } catch (IOException e) {
              logger.warn("What start {} kept could not be removed yet: {}", old.clusterId(), e);
            }
          });
    } catch (RejectedExecutionException e) {
      // Closed meanwhile: the next start does it, or the deletion.
    }
  }

  private Optional<String> purge(HaData data) throws IOException {
    return data.purge(anInstallation());
  }

  /**
   * Removes them all, and returns what is left, in words. Pointers are of no use without their
   * cluster, whatever becomes of the state. A ZooKeeper that is away is given a while to come back;
   * what cannot be removed then is told, and tried again when the name is used again.
   */
  List<String> purgeAll(Path directory) throws IOException {
    List<String> left = new ArrayList<>();
    for (HaData data : HaData.all(directory)) {
      Optional<String> rest = purge(data);
      if (rest.isPresent() && data.isWorthAnotherTry()) {
        throw BackendFault.unavailable("not removed yet: " + rest.get(), null);
      }
      rest.ifPresent(left::add);
    }
    HaData.tidy(directory);
    return left;
  }

  /** The client of ZooKeeper is in each of them. */
  private Installation anInstallation() {
    return installations.values().iterator().next();
  }

  @Override
  public void close() {
    purging.shutdown();
  }
}
