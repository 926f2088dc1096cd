package dev.flinkplatform.testkit.contract;

import dev.flinkplatform.FlinkPlatform;
import dev.flinkplatform.Operation;
import dev.flinkplatform.error.OperationFailedException;
import dev.flinkplatform.spi.StepListener;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The SDK in a process of its own: starts an operation or goes on with one, tells what happens in
 * lines that begin with {@code @}, and stands still at a crash point until it is killed. Ends when
 * its standard input does, so that it never outlives the test.
 */
final class CrashMain {

  static final String AT = "@at ";
  static final String STEP = "@step ";
  static final String OPERATION = "@operation ";
  static final String ENDED = "@ended ";
  static final String FAULT = "@fault ";

  static final String NOWHERE = "-";

  private CrashMain() {}

  /**
   * Runs.
   *
   * @param args the site's class; the application; the change; the idempotency key; the id of the
   *     operation to go on with, or {@code -} to ask for the change; the crash point, or {@code -};
   *     the settings, each as {@code name=value}
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    endWithParent();
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = 6; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      settings.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    CrashSite site = site(Class.forName(args[0]).asSubclass(CrashSite.class), settings);
    Change change = Change.parse(args[2]);
    StepListener listener = args[5].equals(NOWHERE) ? tell() : stop(CrashPoint.parse(args[5]));
    try (FlinkPlatform platform = change.connect(site, args[1], listener)) {
      run(platform, site, change, args);
    } catch (RuntimeException e) {
      e.printStackTrace();
      tell(FAULT + e);
    }
  }

  static CrashSite site(Class<? extends CrashSite> type, Map<String, String> settings)
      throws ReflectiveOperationException {
    return type.getConstructor(Map.class).newInstance(settings);
  }

  private static void run(FlinkPlatform platform, CrashSite site, Change change, String[] args) {
    String id = args[4];
    Operation<?> operation =
        id.equals(NOWHERE)
            ? change.start(platform, site, args[1], change.options(site, args[3]))
            : platform.operation(id);
    tell(OPERATION + operation.id());
    try {
      operation.await(site.timeout());
    } catch (OperationFailedException e) {
      tell("An outcome like any other: " + e.getMessage());
    }
    tell(ENDED + operation.status().state());
  }

  private static StepListener tell() {
    return (operation, verb, step, moment) -> {
      if (moment == StepListener.Moment.BEFORE) {
        tell(STEP + verb.name() + " " + step);
      }
    };
  }

  private static StepListener stop(CrashPoint point) {
    StepListener tell = tell();
    return (operation, verb, step, moment) -> {
      tell.at(operation, verb, step, moment);
      if (step.equals(point.step()) && point.moment().isAt(moment)) {
        tell(AT + operation);
        while (point.moment() != CrashPoint.Moment.DURING) {
          LockSupport.park();
        }
      }
    };
  }

  private static synchronized void tell(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static void endWithParent() {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // Nobody says anything.
                }
              } catch (IOException e) {
                // As good as the end.
              }
              Runtime.getRuntime().halt(1);
            },
            "end-with-parent");
    thread.setDaemon(true);
    thread.start();
  }
}
