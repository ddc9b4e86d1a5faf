package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.tools.dataset.FashionMnist;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Opens a data set by the name or path on the command line. */
public final class DataSource {

  private DataSource() {}

  /**
   * @param data path of a set, or {@code fashion-mnist}
   * @param log called with a line for each download
   */
  public static ImageDataset open(String data, Split split, Consumer<String> log)
      throws IOException {
    return data.equals(FashionMnist.NAME)
        ? new FashionMnist(log).open(split)
        : ImageDatasets.open(Path.of(data), split);
  }
}
