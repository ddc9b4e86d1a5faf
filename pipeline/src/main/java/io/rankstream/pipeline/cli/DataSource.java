package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.tools.dataset.FashionMnist;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.Split;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Opens the data set that a command line names. */
public final class DataSource {

  private DataSource() {}

  /**
   * @param data path of a set, or {@code fashion-mnist}
   * @param news told what is fetched
   */
  public static ImageDataset open(String data, Split split, Consumer<String> news)
      throws IOException {
    return data.equals(FashionMnist.NAME)
        ? new FashionMnist(news).open(split)
        : ImageDatasets.open(Path.of(data), split);
  }
}
