package dev.flinkplatform.internal;

import dev.flinkplatform.PlatformInfo;
import dev.flinkplatform.error.BackendRejectedException;
import dev.flinkplatform.error.BackendUnavailableException;
import dev.flinkplatform.error.FlinkPlatformException;
import dev.flinkplatform.error.ResourceRef;
import dev.flinkplatform.spi.BackendFault;
import dev.flinkplatform.spi.rest.HttpRefusal;
import java.util.function.Supplier;

/**
 * Names what a call is about, and gives a backend's fault to the user as an exception: the one
 * place that does.
 */
final class Resources {

  private final PlatformInfo info;

  Resources(PlatformInfo info) {
    this.info = info;
  }

  ResourceRef of(String application) {
    return new ResourceRef(info.backend(), info.scope(), application);
  }

  <T> T call(String application, Supplier<T> call) {
    try {
      return call.get();
    } catch (BackendFault e) {
      throw translate(application, e);
    }
  }

  FlinkPlatformException translate(String application, BackendFault fault) {
    if (fault.retryable()) {
      return new BackendUnavailableException(
          fault.failure().message(), of(application), fault.getCause());
    }
    int status = fault.getCause() instanceof HttpRefusal e ? e.httpStatus() : 0;
    return new BackendRejectedException(
        fault.failure().message(), of(application), status, fault.getCause());
  }
}
