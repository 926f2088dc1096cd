package dev.flinkplatform.error;

/**
 * Names what an error or a log line is about: a backend, a scope in it, and a name in that scope.
 *
 * @param backend the backend's name, for example {@code local} or {@code operator}
 * @param scope where in the backend: a namespace, an environment, or the root directory of {@code
 *     local}
 * @param name the application's name, or empty when it is about the whole platform
 */
public record ResourceRef(String backend, String scope, String name) {

  /**
   * Returns the form used in messages.
   *
   * @return {@code backend='…', scope='…', app='…'}
   */
  @Override
  public String toString() {
    return "backend='"
        + backend
        + "', scope='"
        + scope
        + "'"
        + (name.isEmpty() ? "" : ", app='" + name + "'");
  }
}
