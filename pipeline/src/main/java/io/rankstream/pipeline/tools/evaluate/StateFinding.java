package io.rankstream.pipeline.tools.evaluate;

/**
 * What was found in a part of a checkpoint.
 *
 * @param part operator, subtask and kind of the state
 * @param good whether it can be restored
 * @param text what was read, or what is wrong
 */
public record StateFinding(String part, boolean good, String text) {

  @Override
  public String toString() {
    return "%-34s %-8s %s".formatted(part, good ? "good" : "DAMAGED", text);
  }
}
