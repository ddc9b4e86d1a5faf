package io.rankstream.pipeline.tools.doctor;

import java.util.Locale;

/**
 * The outcome of one check.
 *
 * @param check what was looked at, in a word or two
 * @param level how it is
 * @param message what was seen, and what to do unless all is well
 */
public record Finding(String check, Level level, String message) {

  /** How serious a finding is. */
  public enum Level {
    /** All is well. */
    OK,
    /** The job runs, and something is likely not meant. */
    WARNING,
    /** The job cannot run, or would lose records. */
    PROBLEM;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String check, String message) {
    return new Finding(check, Level.OK, message);
  }

  static Finding warning(String check, String message) {
    return new Finding(check, Level.WARNING, message);
  }

  static Finding problem(String check, String message) {
    return new Finding(check, Level.PROBLEM, message);
  }

  /** Whether the job cannot run. */
  public boolean isProblem() {
    return level == Level.PROBLEM;
  }
}
