package io.rankstream.pipeline.tools.doctor;

import java.util.Locale;

/**
 * The outcome of one check.
 *
 * @param check name of the check, in a word or two
 * @param level severity
 * @param message the observation, with advice unless the level is OK
 */
public record Finding(String check, Level level, String message) {

  /** How serious a finding is. */
  public enum Level {
    /** No problem. */
    OK,
    /** The job runs, but something is probably not intended. */
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
