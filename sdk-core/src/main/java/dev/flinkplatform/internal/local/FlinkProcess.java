package dev.flinkplatform.internal.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A process this JVM has started.
 *
 * <p>It survives this JVM; what another JVM knows of it is its {@link #identity()} only. Not closed
 * or stopped by anything but {@link Processes#terminate}. Thread-safe.
 */
public final class FlinkProcess {

  private final ProcessIdentity identity;
  private final Process process;

  FlinkProcess(ProcessIdentity identity, Process process) {
    this.identity = identity;
    this.process = process;
  }

  /** Returns which process it is. */
  public ProcessIdentity identity() {
    return identity;
  }

  /**
   * Returns the exit code, which only the JVM that started a process ever learns.
   *
   * @return the code, or empty while it runs
   */
  public OptionalInt exitCode() {
    return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
  }

  /**
   * How to start a JVM.
   *
   * @param marker what to find the process by; unique
   * @param javaBinary the {@code java} executable
   * @param jvmArguments its flags and system properties
   * @param classpath passed by the environment, so that the command line stays short
   * @param mainClass the class to run
   * @param arguments the class's arguments; visible to every user of the machine, so no secrets
   * @param environment variables to add to the inherited ones; see {@link Processes#start}
   * @param workingDirectory where to run
   * @param stdout the file to append standard output to
   * @param stderr the file to append standard error to
   */
  public record Launch(
      String marker,
      Path javaBinary,
      List<String> jvmArguments,
      List<Path> classpath,
      String mainClass,
      List<String> arguments,
      Map<String, String> environment,
      Path workingDirectory,
      Path stdout,
      Path stderr) {

    /**
     * Makes a launch.
     *
     * @throws IllegalArgumentException if the marker has characters an identity must not have
     */
    public Launch {
      ProcessIdentity.requireText("marker", marker);
      Objects.requireNonNull(javaBinary, "javaBinary");
      jvmArguments = List.copyOf(jvmArguments);
      classpath = List.copyOf(classpath);
      Objects.requireNonNull(mainClass, "mainClass");
      arguments = List.copyOf(arguments);
      environment = Map.copyOf(environment);
      Objects.requireNonNull(workingDirectory, "workingDirectory");
      Objects.requireNonNull(stdout, "stdout");
      Objects.requireNonNull(stderr, "stderr");
    }

    /** Returns the command, the marker first of the JVM's arguments. */
    List<String> command() {
      List<String> command = new ArrayList<>();
      command.add(javaBinary.toString());
      command.add(Processes.MARKER_FLAG + marker);
      command.addAll(jvmArguments);
      command.add(mainClass);
      command.addAll(arguments);
      return command;
    }

    /** Leaves out what may be secret. */
    @Override
    public String toString() {
      return "Launch[marker="
          + marker
          + ", javaBinary="
          + javaBinary
          + ", mainClass="
          + mainClass
          + "]";
    }
  }
}
