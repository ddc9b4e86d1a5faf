package io.rankstream.pipeline.cli;

import java.io.Console;

/** Tells whether somebody sees what is printed. */
final class Terminal {

  private Terminal() {}

  /** Whether input and output are a terminal, and not a pipe or a file. */
  @SuppressWarnings("SystemConsoleNull") // which is why isTerminal is asked, where there is one
  static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }

    try { // since Java 22 there is a console without a terminal too
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
