package io.rankstream.pipeline.config;

import java.util.List;

/** A configuration that is not accepted; the message lists every problem with its remedy. */
public final class ConfigurationException extends IllegalArgumentException {

  private final List<String> problems;

  /**
   * @param problems one sentence for each problem, in the order in which they were found
   */
  public ConfigurationException(List<String> problems) {
    super(
        "The configuration has "
            + (problems.size() == 1 ? "a problem:" : problems.size() + " problems:")
            + "\n  - "
            + String.join("\n  - ", problems));
    this.problems = List.copyOf(problems);
  }

  /** The problems, one sentence each. */
  public List<String> problems() {
    return problems;
  }
}
