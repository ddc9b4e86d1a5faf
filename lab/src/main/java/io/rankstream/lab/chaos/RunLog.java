package io.rankstream.lab.chaos;

import java.io.PrintWriter;

/** Prints the lines of a run as they come. */
final class RunLog {

  private final PrintWriter out;

  RunLog(PrintWriter out) {
    this.out = out;
  }

  void say(String format, Object... arguments) {
    out.printf(format + "%n", arguments);
    out.flush();
  }

  /**
   * Prints an audit.
   *
   * @return whether it is clean
   */
  boolean report(Audit audit) {
    say("%s", audit);
    return audit.isClean();
  }
}
