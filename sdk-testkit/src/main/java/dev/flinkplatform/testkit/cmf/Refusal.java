package dev.flinkplatform.testkit.cmf;

import java.util.List;

/** A request that is answered with an error: a status and a RestError of one or more messages. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient List<String> messages;

  Refusal(int status, List<String> messages) {
    super(String.join("; ", messages));
    this.status = status;
    this.messages = List.copyOf(messages);
  }

  static Refusal of(int status, String message) {
    return new Refusal(status, List.of(message));
  }

  static Refusal badRequest(String message) {
    return of(400, message);
  }

  static Refusal notFound(String kind, String name) {
    return of(404, kind + " '" + name + "' not found.");
  }

  static Refusal conflict(String message) {
    return of(409, message);
  }

  int status() {
    return status;
  }

  List<String> messages() {
    return messages;
  }
}
