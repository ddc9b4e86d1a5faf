package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;

/** A JPEG, as far as its frame header tells. */
@SuppressWarnings("ArrayRecordComponent") // a view of the bytes, never compared
record JpegPicture(byte[] jpeg, int width, int height) implements StillImage {

  static JpegPicture of(byte[] jpeg) throws ImageRejectedException {
    JpegSegments segments = new JpegSegments(jpeg);
    while (segments.next() && !segments.isScan()) {
      if (segments.isFrame()) {
        segments.requireSupportedFrame();
        return new JpegPicture(jpeg, segments.width(), segments.height());
      }
    }

    throw new ImageRejectedException(Reason.CORRUPT, "The JPEG has no frame header");
  }

  @Override
  public int orientation() {
    return JpegSegments.orientation(jpeg);
  }

  @Override
  public byte[] pixelsOnly() throws ImageRejectedException {
    return JpegSegments.pixelsOnly(jpeg);
  }
}
