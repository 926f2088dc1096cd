package dev.flinkplatform.internal.local;

import dev.flinkplatform.local.FlinkDistribution;
import dev.flinkplatform.local.ReleaseOptions;
import java.nio.file.Path;

/** A process that fetches a release. */
public final class ReleaseFetcher {

  private ReleaseFetcher() {}

  /** Arguments: version, base URL, cache. */
  public static void main(String[] args) {
    FlinkDistribution flink =
        FlinkDistribution.release(
            args[0],
            ReleaseOptions.builder()
                .baseUrl(args[1])
                .cache(Path.of(args[2]))
                .onProgress(p -> System.out.println(p.stage() + " " + p.bytes()))
                .build());
    System.out.println("home " + flink.directory());
  }
}
