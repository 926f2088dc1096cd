package dev.flinkplatform.testkit.calls;

import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.JobControl;
import dev.flinkplatform.spi.Observation;
import dev.flinkplatform.spi.PlatformBackend;
import dev.flinkplatform.spi.RecordStore;
import dev.flinkplatform.spi.Timing;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts faults around a backend, its documents and its Flink: what {@link CallFaultPlan} says is
 * done to each call.
 *
 * <p>A call that fails throws {@link BackendFault#unavailable}, as a lost connection would. Not
 * disturbed is what needs no connection: {@code info}, {@code capabilities}, {@code owner}, {@code
 * complete}, {@code check}, {@code render}, {@code needsSupervision}, {@code givesJobIds}, {@code
 * extension}, {@code close}.
 */
public final class FaultyBackend {

  private static final Set<String> UNDISTURBED =
      Set.of(
          "info",
          "capabilities",
          "owner",
          "complete",
          "check",
          "render",
          "close",
          "records",
          "needsSupervision",
          "givesJobIds",
          "extension",
          "equals",
          "hashCode",
          "toString");

  private static final Set<String> DUPLICABLE =
      Set.of(
          "launch",
          "submit",
          "halt",
          "scaleTaskManagers",
          "discard",
          "discardState",
          "deleteSavepoint",
          "records.write",
          "flink.triggerSavepoint",
          "flink.stopWithSavepoint",
          "flink.triggerCheckpoint",
          "flink.cancel",
          "flink.resourceRequirements.put");

  private final CallFaultPlan plan;
  private final Timing timing;

  private FaultyBackend(CallFaultPlan plan, Timing timing) {
    this.plan = plan;
    this.timing = timing;
  }

  /**
   * Puts faults around a backend.
   *
   * @param backend the backend
   * @param plan what is done to each call
   * @param timing what a delayed call waits by: that of the platform it is for
   * @return a backend that does the same, when it is let
   */
  public static PlatformBackend around(PlatformBackend backend, CallFaultPlan plan, Timing timing) {
    return new FaultyBackend(plan, timing).wrap(PlatformBackend.class, backend, "");
  }

  // A proxy, and not a class with all methods: those to come must be passed on, too.
  private <T> T wrap(Class<T> type, T target, String prefix) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> call(target, prefix, method, args)));
  }

  private @Nullable Object call(
      Object target, String prefix, Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    if (UNDISTURBED.contains(method.getName())) {
      return wrapped(invoke(target, method, args));
    }
    String name = prefix + method.getName() + (isOverloadThatWrites(method) ? ".put" : "");
    boolean duplicable = DUPLICABLE.contains(name);
    CallFault fault = plan.next(name, duplicable);
    switch (fault.kind()) {
      case FAILS -> throw BackendFault.unavailable(name + " failed on purpose", null);
      case DELAYED -> timing.pause(fault.delay());
      case DUPLICATED -> {
        if (duplicable) {
          Object unused = invoke(target, method, args);
        }
      }
      default -> {}
    }
    Object reply = invoke(target, method, args);
    if (fault.kind() == CallFault.Kind.REPLY_LOST) {
      throw BackendFault.unavailable("the reply of " + name + " was lost on purpose", null);
    }
    return wrapped(reply);
  }

  private static boolean isOverloadThatWrites(Method method) {
    return method.getName().equals("resourceRequirements") && method.getParameterCount() > 1;
  }

  private static @Nullable Object invoke(
      Object target, Method method, @Nullable Object @Nullable [] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /** The documents and Flink are reached through the backend: their calls are disturbed, too. */
  private @Nullable Object wrapped(@Nullable Object reply) {
    if (reply instanceof RecordStore store) {
      return wrap(RecordStore.class, store, "records.");
    }
    if (reply instanceof Optional<?> some && some.orElse(null) instanceof JobControl control) {
      return Optional.of(wrap(JobControl.class, control, "flink."));
    }
    if (reply instanceof Observation seen) {
      return new Observation(
          seen.launchId(),
          seen.somethingLeft(),
          seen.jobManagers(),
          seen.jobManagersWanted(),
          seen.taskManagers(),
          seen.taskManagersWanted(),
          seen.control().map(c -> wrap(JobControl.class, c, "flink.")),
          seen.webUi(),
          seen.failure(),
          seen.retryable(),
          seen.detail(),
          seen.jobId());
    }
    return reply;
  }
}
