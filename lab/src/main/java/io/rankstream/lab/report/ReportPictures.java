package io.rankstream.lab.report;

import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.report.Thumbnails;
import java.io.IOException;
import java.util.Optional;

/**
 * Pictures of a data set as addresses that hold them, for a page that needs no server. A small PNG
 * file stays as it is; all others become small pictures, so that a report of photographs opens.
 */
public final class ReportPictures {

  private static final int SMALL = 4096; // bytes
  private static final int PNG = 0x89; // the first byte of every PNG file

  private final ImageDataset dataset;
  private final Thumbnails thumbnails = new Thumbnails();

  public ReportPictures(ImageDataset dataset) {
    this.dataset = dataset;
  }

  /**
   * The picture of an image; empty when the file is not an image that the job reads.
   *
   * @throws IOException when the file cannot be read
   */
  public Optional<String> address(int index) throws IOException {
    byte[] encoded = dataset.example(index).encoded();
    if (encoded.length > 0 && encoded.length <= SMALL && Byte.toUnsignedInt(encoded[0]) == PNG) {
      return Optional.of(Thumbnails.address(encoded));
    }

    try {
      return Optional.of(Thumbnails.address(thumbnails.png(encoded)));
    } catch (ImageRejectedException e) {
      return Optional.empty();
    }
  }
}
