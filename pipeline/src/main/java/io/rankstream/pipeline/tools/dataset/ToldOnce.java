package io.rankstream.pipeline.tools.dataset;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Passes each line on once: both splits of a set are read from the same folders. */
public final class ToldOnce implements Consumer<String> {

  private final Consumer<String> log;
  private final Set<String> told = new HashSet<>();

  /**
   * @param log takes the lines
   */
  public ToldOnce(Consumer<String> log) {
    this.log = log;
  }

  @Override
  public void accept(String line) {
    if (told.add(line)) {
      log.accept(line);
    }
  }
}
