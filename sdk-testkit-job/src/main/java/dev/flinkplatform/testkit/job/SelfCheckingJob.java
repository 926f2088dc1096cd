package dev.flinkplatform.testkit.job;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Runs sequences of numbers, one per key, through Flink and checks that none is lost or doubled.
 *
 * <p>Three operators: {@code source} counts up for each key, {@code verify} compares each number
 * with the one its keyed state expects and fails the job for good at the first gap or duplicate,
 * {@code ledger} writes down outside of Flink what was committed. The first two show whether
 * snapshots are consistent; the ledger also shows what no state inside the job can see: a start
 * without state, a restore from an older snapshot, two clusters running at once.
 *
 * <p>Parallelism, checkpoints and restarts come from the configuration, except that the ledger has
 * parallelism 1. The arguments are listed by {@link JobOptions}. No sink: Flink needs none.
 */
public final class SelfCheckingJob {

  /** The name of the job unless {@code pipeline.name} says otherwise. */
  static final String DEFAULT_NAME = "self-checking-job";

  private SelfCheckingJob() {}

  /**
   * Builds the job and hands it to Flink.
   *
   * @param args {@code --name value} pairs
   * @throws IllegalArgumentException if an argument is unknown or has a wrong value
   * @throws IllegalStateException if {@code --main-throws} was given
   * @throws Exception what Flink throws
   */
  public static void main(String[] args) throws Exception {
    JobOptions options = JobOptions.parse(args);
    if (options.slowStartMillis > 0) {
      Thread.sleep(options.slowStartMillis);
    }
    if (!options.mainThrows.isEmpty()) {
      throw new IllegalStateException(options.mainThrows);
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    build(env, options);
    // The name given to execute() would win over pipeline.name.
    env.execute(env.getConfiguration().getOptional(PipelineOptions.NAME).orElse(DEFAULT_NAME));
  }

  static void build(StreamExecutionEnvironment env, JobOptions options) {
    // Batch execution has no checkpoints, thus no commits.
    env.setRuntimeMode(RuntimeExecutionMode.STREAMING);
    if (options.checkpointIntervalMillis > 0) {
      env.enableCheckpointing(options.checkpointIntervalMillis);
    }
    boolean checkpointing = env.getCheckpointConfig().isCheckpointingEnabled();
    TypeInformation<Tuple2<Integer, Long>> type = Types.TUPLE(Types.INT, Types.LONG);
    env.fromSource(
            new SequenceSource(options.keys, options.rate, options.recordsPerKey),
            WatermarkStrategy.noWatermarks(),
            "source",
            type)
        .uid(options.uid("source"))
        .keyBy(record -> record.f0, Types.INT)
        .process(new VerifyFunction(options))
        .returns(type)
        .name("verify")
        .uid(options.uid("verify"))
        .process(new LedgerFunction(options, checkpointing))
        .returns(Types.VOID)
        .name("ledger")
        .uid(options.uid("ledger"))
        .setParallelism(1)
        .setMaxParallelism(1)
        // Chained to a verify of parallelism 1, its max parallelism would hold for both, and a job
        // started with parallelism 1 could never be rescaled.
        .disableChaining();
  }
}
