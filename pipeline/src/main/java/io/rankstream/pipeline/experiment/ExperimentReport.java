package io.rankstream.pipeline.experiment;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** placeholder. */
public final class ExperimentReport {
  private final ExperimentResult result;

  public ExperimentReport(ExperimentResult result) {
    this.result = result;
  }

  public List<Path> write() throws IOException {
    return List.of(result.plan().directory());
  }
}
