package dev.flinkplatform.testkit.memory;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.spec.ApplicationSpec;
import dev.flinkplatform.spec.Checkpointing;
import dev.flinkplatform.spec.FlinkVersion;
import dev.flinkplatform.spec.JobSpec;
import dev.flinkplatform.spi.Timing;
import dev.flinkplatform.testkit.CapabilityRun;
import dev.flinkplatform.testkit.SelfCheckingJob;
import dev.flinkplatform.testkit.contract.CapabilityReport;
import dev.flinkplatform.testkit.contract.PlatformFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A place in memory; only the ledgers are files. */
final class InMemoryFixture implements PlatformFixture {

  private final InMemoryPlatform place;
  private final Path ledgers;
  private final Path jar;

  InMemoryFixture(InMemoryPlatform place) throws IOException {
    this.place = place;
    place.breakDirectory(
        "s3://no-such-bucket",
        "Could not find a file system implementation for scheme 's3'. The scheme is directly"
            + " supported by Flink through the following plugins: flink-s3-fs-presto.");
    this.ledgers = Files.createTempDirectory("flinkplatform-memory-");
    this.jar = ledgers.resolve("self-checking.jar");
    String entry = SelfCheckingJob.entryClass().replace('.', '/') + ".class";
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry(entry)); // Nobody runs it.
      zip.closeEntry();
    }
  }

  static InMemoryFixture of(String... flinkVersions) throws IOException {
    return new InMemoryFixture(InMemoryPlatform.builder().flinkVersions(flinkVersions).build());
  }

  @Override
  public FlinkPlatform connect() {
    return place.connect();
  }

  @Override
  public FlinkVersion flinkVersion() {
    return FlinkVersion.parse("2.3.0");
  }

  @Override
  public ApplicationSpec.Builder baseSpec(String name) {
    return ApplicationSpec.builder(name)
        .flinkVersion(flinkVersion())
        .job(
            JobSpec.jar(jar)
                .entryClass(SelfCheckingJob.entryClass())
                .args(SelfCheckingJob.args().ledger(ledger(name)).toList())
                .build())
        .checkpointing(Checkpointing.builder().interval(Duration.ofSeconds(1)).build());
  }

  @Override
  public Path ledger(String name) {
    return ledgers.resolve(name);
  }

  @Override
  public String savepointDirectory(String name) {
    return "memory://elsewhere/" + name;
  }

  @Override
  public Timing timing() {
    return place.timing();
  }

  @Override
  public boolean killTaskManager(String name) {
    return place.killTaskManager(name);
  }

  @Override
  public boolean killLeader(String name) {
    place.killJobManager(name);
    return true;
  }

  @Override
  public boolean freezeJobManager(String name, boolean frozen) {
    place.freezeJobManager(name, frozen);
    return true;
  }

  @Override
  public boolean spoil(String location) {
    place.breakDirectory(location, "java.io.IOException: Mkdirs failed to create " + location);
    return true;
  }

  @Override
  public List<String> leftovers(String name) {
    return place.running(name);
  }

  @Override
  public List<String> stateLeft(String name) {
    return place.states("memory://state/" + name);
  }

  @Override
  public void seen(CapabilityReport report) {
    boolean limited = report.advertised().isEmpty();
    CapabilityRun.write(limited ? "limited-memory" : "memory", report);
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(ledgers)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!place.violations().isEmpty()) {
      throw new AssertionError("What must never happen: " + place.violations());
    }
  }
}
