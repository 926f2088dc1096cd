package dev.flinkplatform.samples.quickstart;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;

/** Prints what happens, step by step, and how long it took. Thread-safe. */
final class Console {

  private static final int WIDTH = 120;

  private final PrintStream out;
  private final int steps;
  private final String directory;
  private final long began = System.nanoTime();
  private int step;
  private long stepBegan = began;

  /**
   * Makes a console.
   *
   * @param steps how many there will be
   * @param directory is shown as {@code <dir>}, to keep lines short
   */
  Console(PrintStream out, int steps, Path directory) {
    this.out = out;
    this.steps = steps;
    this.directory = directory.toString();
    out.println("<dir> is " + directory);
  }

  /** Begins the next step. */
  synchronized void step(String what) {
    step++;
    stepBegan = System.nanoTime();
    say("");
    say("[" + step + "/" + steps + "] " + what);
  }

  /** Tells something of the step that is under way, in one line. */
  synchronized void detail(String what) {
    String line = shorten(what);
    say(
        time(stepBegan)
            + "      "
            + (line.length() > WIDTH ? line.substring(0, WIDTH) + "..." : line));
  }

  /** Ends the step. */
  synchronized void done(String what) {
    say(time(stepBegan) + "  ok  " + shorten(what));
  }

  synchronized void say(String line) {
    out.println(line);
  }

  /** Returns the time since the start, for people. */
  String elapsed() {
    return time(began).strip();
  }

  private String shorten(String what) {
    return what.replace(directory, "<dir>");
  }

  private static String time(long since) {
    return String.format(Locale.ROOT, "%7.1f s", (System.nanoTime() - since) / 1e9);
  }
}
