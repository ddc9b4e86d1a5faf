package io.rankstream.pipeline.tools.dataset;

import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Opens data sets of all kinds. */
public final class ImageDatasets {

  private static final int SAMPLE = 50;
  private static final InputSpec SMALL = new InputSpec(1, 8, 8, Normalization.HALF_RANGE);

  private ImageDatasets() {}

  /**
   * Opens a folder of IDX files, a folder of class folders, or a zip file of class folders; of a
   * set without folders for its splits, a quarter is to test on.
   *
   * @param log called with a line on what is there and not taken, and on the split
   * @throws IOException when it is none of these; the message lists what is accepted
   */
  public static ImageDataset open(Path path, Split split, Consumer<String> log) throws IOException {
    return open(path, split, FileNameSplit.QUARTER, log);
  }

  /**
   * Opens the same with another split.
   *
   * @param byName split of a set that has no folders for its splits
   * @param log called with a line on what is there and not taken, and on the split
   * @throws IOException when it is none of these; the message lists what is accepted
   */
  public static ImageDataset open(
      Path path, Split split, FileNameSplit byName, Consumer<String> log) throws IOException {
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

    return FileTreeDataset.open(path, split, byName, log);
  }

  /**
   * Decodes images of a set until one succeeds, before a long run is started with them.
   *
   * @throws IOException when none of a sample of 50 can be decoded
   */
  public static void requireReadable(ImageDataset dataset) throws IOException {
    ImageDecoder decoder = new ImageDecoder(SMALL, DecodeLimits.defaults());
    int tried = Math.min(SAMPLE, dataset.size());
    ImageRejectedException last = null;
    for (int i = 0; i < tried; i++) {
      try {
        decoder.decode(dataset.example((int) ((long) i * dataset.size() / tried)).encoded());
        return;
      } catch (ImageRejectedException e) {
        last = e;
      }
    }

    if (last != null) {
      throw new IOException(
          "%s: none of %d images of it can be read (%s): give JPEG, PNG, GIF, BMP, WebP or TIFF images"
              .formatted(dataset.name(), tried, last.getMessage()),
          last);
    }
  }

  /**
   * The images of a set that can be decoded, where the size of the model's input is not known.
   *
   * @param log called with a line when others are left out: their number, and the first of them
   * @throws IOException when an image cannot be read, or none can be decoded
   */
  public static ImageDataset readable(ImageDataset dataset, Consumer<String> log)
      throws IOException {
    return readable(dataset, SMALL, log);
  }

  /**
   * The images of a set that can be decoded.
   *
   * @param input size to decode to
   * @param log called with a line when others are left out: their number, and the first of them
   * @throws IOException when an image cannot be read, or none can be decoded
   */
  public static ImageDataset readable(ImageDataset dataset, InputSpec input, Consumer<String> log)
      throws IOException {
    ImageDecoder decoder = new ImageDecoder(input, DecodeLimits.defaults());
    DamagedImages damaged = new DamagedImages(dataset);
    List<Integer> good = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      try {
        decoder.decode(dataset.example(i).encoded());
        good.add(i);
      } catch (ImageRejectedException e) {
        damaged.add(i, e);
      }
    }
    if (damaged.isEmpty()) {
      return dataset;
    }
    if (good.isEmpty()) {
      damaged.throwIfAny();
    }
    log.accept(damaged.summary(" and are left out"));
    return DatasetView.of(dataset, good);
  }
}
