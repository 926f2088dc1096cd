package dev.flinkplatform.testkit;

import java.net.URI;
import java.util.concurrent.Future;

/**
 * Runs in a JVM of its own with the jars of one Flink version: a whole cluster in one process,
 * until its standard input ends. By reflection, as one class file has to fit each version.
 */
final class MiniClusterMain {

  private MiniClusterMain() {}

  /** Takes {@code key=value} settings; prints the REST address as the first line. */
  public static void main(String[] args) throws Exception {
    Thread.currentThread()
        .setUncaughtExceptionHandler(
            (thread, failure) -> {
              failure.printStackTrace();
              Runtime.getRuntime().halt(1);
            });
    Class<?> configurationType = Class.forName("org.apache.flink.configuration.Configuration");
    Object configuration = configurationType.getConstructor().newInstance();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      configurationType
          .getMethod("setString", String.class, String.class)
          .invoke(configuration, arg.substring(0, equals), arg.substring(equals + 1));
    }
    String minicluster = "org.apache.flink.runtime.minicluster.MiniCluster";
    Class<?> builderType = Class.forName(minicluster + "Configuration$Builder");
    Object builder = builderType.getConstructor().newInstance();
    builderType.getMethod("setConfiguration", configurationType).invoke(builder, configuration);
    builderType.getMethod("setNumTaskManagers", int.class).invoke(builder, 1);
    builderType.getMethod("setNumSlotsPerTaskManager", int.class).invoke(builder, 8);
    Object settings = builderType.getMethod("build").invoke(builder);
    Class<?> type = Class.forName(minicluster);
    Object cluster =
        type.getConstructor(Class.forName(minicluster + "Configuration")).newInstance(settings);
    type.getMethod("start").invoke(cluster);
    URI rest = (URI) ((Future<?>) type.getMethod("getRestAddress").invoke(cluster)).get();
    System.out.println(rest);
    while (System.in.read() >= 0) {
      // Only the end is of interest.
    }
    Runtime.getRuntime().halt(0);
  }
}
