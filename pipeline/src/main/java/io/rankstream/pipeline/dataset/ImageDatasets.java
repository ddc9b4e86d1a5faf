package io.rankstream.pipeline.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens a data set whatever its kind. */
public final class ImageDatasets {

  private ImageDatasets() {}

  /**
   * Opens a folder of IDX files, a folder of class folders, or a zip file of class folders.
   *
   * @throws IOException when it is none of these; the message says what is accepted
   */
  public static ImageDataset open(Path path, Split split) throws IOException {
    if (!Files.exists(path)) {
      throw new IOException(
          "%s does not exist: give a folder of class folders, a zip file of them, or a folder of IDX files"
              .formatted(path));
    }
    if (Files.isDirectory(path) && IdxDataset.isIn(path, split)) {
      boolean fashion = path.toAbsolutePath().normalize().toString().contains("fashion");
      return IdxDataset.read(
          fashion ? FashionMnist.NAME : path.toAbsolutePath().normalize().getFileName().toString(),
          path,
          split,
          fashion ? FashionMnist.CLASSES : List.of());
    }

    return FileTreeDataset.open(path, split);
  }
}
