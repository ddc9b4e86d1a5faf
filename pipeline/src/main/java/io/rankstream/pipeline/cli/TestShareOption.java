package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.tools.dataset.FileNameSplit;
import picocli.CommandLine.Option;

/** How a set without folders train and test is split; the same for all commands that open sets. */
public final class TestShareOption {

  @Option(
      names = "--test-share",
      defaultValue = "0.25",
      paramLabel = "SHARE",
      description =
          "Share to test on, of a set without folders train and test. The names of the files decide, so all commands that are given the same share split alike; 0 makes all of it train (default: ${DEFAULT-VALUE}).")
  double share;

  /** The split. */
  public FileNameSplit split() {
    return new FileNameSplit(share);
  }
}
