package dev.flinkplatform.internal.local;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A process that does nothing for three minutes, then ends by itself. */
public final class Idle {

  private Idle() {}

  /** Prints a line on each stream and its class path's length, and waits. */
  public static void main(String[] args) throws Exception {
    System.out.println("out " + System.in.read());
    System.err.println("err " + String.join(" ", args));
    boolean never = new CountDownLatch(1).await(3, TimeUnit.MINUTES);
    System.exit(never ? 0 : 3);
  }
}
