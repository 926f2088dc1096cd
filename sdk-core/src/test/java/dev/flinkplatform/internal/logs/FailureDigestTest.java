package dev.flinkplatform.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flinkplatform.internal.logs.FailureDigest.Kind;
import org.junit.jupiter.api.Test;

class FailureDigestTest {

  private static final String TIME = "2026-11-20 11:16:54,318 ";
  private static final String FATAL =
      TIME
          + "ERROR org.apache.flink.runtime.entrypoint.ClusterEntrypoint [] - Could not start cluster entrypoint X.\n";

  @Test
  void of_portOfBlobServerTaken_isThePort() {
    assertDigest(
        FATAL
            + "Caused by: java.io.IOException: Unable to open BLOB Server in specified port range: 46443\n"
            + "\tat org.apache.flink.runtime.blob.BlobServer.<init>(BlobServer.java:234)\n",
        Kind.PORT_IN_USE,
        "IOException: Unable to open BLOB Server in specified port range: 46443");
  }

  @Test
  void of_portTakenAndAftermathOfShutdown_isThePort() {
    assertDigest(
        FATAL
            + "org.apache.flink.runtime.entrypoint.ClusterEntrypointException: Failed to initialize.\n"
            + "\tat org.apache.flink.X.y(X.java:1)\n"
            + "Caused by: java.net.BindException: Could not start actor system on any port in port range 42467\n"
            + "\t... 2 more\n"
            + TIME
            + "ERROR org.apache.flink.runtime.util.ClusterUncaughtExceptionHandler [] - WARNING: Thread 'flink-shutdown-hook-1' produced an uncaught exception.\n"
            + "java.lang.NoClassDefFoundError: scala/collection/convert/Wrappers$MutableSetWrapper\n"
            + "Caused by: java.lang.ClassNotFoundException: scala.collection.convert.Wrappers$MutableSetWrapper\n",
        Kind.PORT_IN_USE,
        "BindException: Could not start actor system on any port in port range 42467");
  }

  @Test
  void of_savepointAbsent_isToldFromTheJobsFailure() {
    assertDigest(
        TIME
            + "WARN  org.apache.flink.client.X [] - Application failed unexpectedly: \n"
            + "java.util.concurrent.CompletionException: org.apache.flink.X\n"
            + "Caused by: java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory 'file:/sp/1' on file system 'file'.\n",
        Kind.SAVEPOINT_NOT_FOUND,
        "FileNotFoundException: Cannot find checkpoint or savepoint file/directory 'file:/sp/1' on file system 'file'.");
  }

  @Test
  void of_stateDoesNotFit_isToldWithItsWholeMessage() {
    assertDigest(
        TIME
            + "ERROR org.apache.flink.X [] - Fatal error occurred in the cluster entrypoint.\n"
            + "java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint file:/sp. Cannot map checkpoint/savepoint state for operator abc\n"
            + "  to the new program, because the operator is not available.\n"
            + "\tat org.apache.flink.X.y(X.java:1)\n",
        Kind.STATE_MISMATCH,
        "IllegalStateException: Failed to rollback to checkpoint/savepoint file:/sp. Cannot map"
            + " checkpoint/savepoint state for operator abc to the new program, because the operator"
            + " is not available.");
  }

  @Test
  void of_memory_isTold() {
    assertDigest(
        TIME
            + "ERROR org.apache.flink.X [] - FATAL: Thread 'x' produced an uncaught exception.\n"
            + "java.lang.OutOfMemoryError: Metaspace\n\tat x\n",
        Kind.OUT_OF_MEMORY,
        "OutOfMemoryError: Metaspace");
    assertDigest(
        "Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space\n",
        Kind.OUT_OF_MEMORY,
        "OutOfMemoryError: Java heap space");
  }

  @Test
  void of_jvmRefuses_isToldInItsWords() {
    assertDigest(
        "Error occurred during initialization of VM\nToo small maximum heap\n",
        Kind.JVM_START,
        "JVM: Error occurred during initialization of VM: Too small maximum heap");
    assertDigest(
        "Error: Could not find or load main class com.acme.X\nCaused by: java.lang.ClassNotFoundException: com.acme.X\n",
        Kind.CLASS_NOT_FOUND,
        "JVM: Error: Could not find or load main class com.acme.X");
    assertDigest(
        "Unrecognized option: --nonsense\nError: Could not create the Java Virtual Machine.\n",
        Kind.JVM_START,
        "JVM: Unrecognized option: --nonsense");
  }

  @Test
  void of_configurationRefused_isTold() {
    assertDigest(
        FATAL
            + "org.apache.flink.configuration.IllegalConfigurationException: The required configuration option Key: 'x' is not set\n",
        Kind.CONFIGURATION,
        "IllegalConfigurationException: The required configuration option Key: 'x' is not set");
  }

  @Test
  void of_programFails_isItsRootCause() {
    assertDigest(
        TIME
            + "WARN  org.apache.flink.client.X [] - Application failed unexpectedly: \n"
            + "org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: boom\n"
            + "Caused by: com.acme.OrdersException: boom\n",
        Kind.PROGRAM,
        "OrdersException: boom");
  }

  @Test
  void of_rootCauseWithoutWords_isWhatItCaused() {
    assertDigest(
        FATAL
            + "org.apache.flink.util.FlinkException: Could not reach it.\n"
            + "Caused by: java.util.concurrent.TimeoutException\n",
        Kind.OTHER,
        "FlinkException: Could not reach it.");
  }

  @Test
  void of_severalTexts_takesTheOneThatSaysMore() {
    assertThat(
            FailureDigest.of(
                FATAL + "java.lang.RuntimeException: vague\n",
                "",
                "java.lang.OutOfMemoryError: Java heap space\n"))
        .hasValueSatisfying(d -> assertThat(d.kind()).isEqualTo(Kind.OUT_OF_MEMORY));
  }

  @Test
  void of_healthyLog_isEmpty() {
    assertThat(
            FailureDigest.of(
                TIME + "INFO  x [] - Starting\n" + TIME + "WARN  x [] - The plugins directory\n"))
        .isEmpty();
    assertThat(FailureDigest.of("", "")).isEmpty();
  }

  @Test
  void of_flinkWithoutLogging_saysWhyThereIsNoLog() {
    assertThat(FailureDigest.of("", "SLF4J(W): No SLF4J providers were found.\n"))
        .hasValueSatisfying(d -> assertThat(d.kind()).isEqualTo(Kind.NO_LOG));
  }

  @Test
  void of_hugeMessage_isShortened() {
    assertThat(FailureDigest.of(FATAL + "java.lang.RuntimeException: " + "x".repeat(9000) + "\n"))
        .hasValueSatisfying(d -> assertThat(d.message()).hasSizeLessThan(700));
  }

  private static void assertDigest(String text, Kind kind, String summary) {
    assertThat(FailureDigest.of(text))
        .hasValueSatisfying(
            d -> {
              assertThat(d.summary()).isEqualTo(summary);
              assertThat(d.kind()).isEqualTo(kind);
            });
  }
}
