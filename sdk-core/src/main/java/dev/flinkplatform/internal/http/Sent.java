package dev.flinkplatform.internal.http;

/** Tells whether anything of a request went out; one for each call, as its tag. Thread-safe. */
public final class Sent {

  private volatile boolean begun;

  /** Whether anything went out. */
  public boolean begun() {
    return begun;
  }

  void begin() {
    begun = true;
  }
}
