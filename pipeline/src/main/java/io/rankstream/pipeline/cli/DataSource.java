package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.Tilde;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.tools.dataset.FashionMnist;
import io.rankstream.pipeline.tools.dataset.FileNameSplit;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.ImageDatasets;
import io.rankstream.pipeline.tools.dataset.Split;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Opens a data set by the name or path on the command line. */
public final class DataSource {

  private DataSource() {}

  /**
   * @param data path of a set, or {@code fashion-mnist}
   * @param byName split of a set that has no folders for its splits
   * @param log called with a line for each download, on what is there and not taken, and on the
   *     split
   */
  public static ImageDataset open(
      String data, Split split, FileNameSplit byName, Consumer<String> log) throws IOException {
    return data.equals(FashionMnist.NAME)
        ? new FashionMnist(log).open(split)
        : ImageDatasets.open(path(data), split, byName, log);
  }

  private static Path path(String data) {
    if (Tilde.begins(data)) {
      throw new UsageException("Invalid data: %s (%s)".formatted(data, Tilde.advice(data)));
    }
    try {
      return Path.of(data);
    } catch (InvalidPathException e) { // such as one that is not ASCII where nothing else is known
      throw new UsageException(
          "Invalid data: %s (%s; if it has letters beyond ASCII, set LC_ALL=C.UTF-8)"
              .formatted(data, e.getReason()),
          e);
    }
  }
}
