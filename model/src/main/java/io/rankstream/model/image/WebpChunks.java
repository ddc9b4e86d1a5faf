package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The first picture of a WebP, animated or not. Transparency beside a lossy picture is left out.
 *
 * @see <a href="https://developers.google.com/speed/webp/docs/riff_container">WebP container</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6386#section-9.1">VP8, RFC 6386, 9.1</a>
 * @see <a
 *     href="https://developers.google.com/speed/webp/docs/webp_lossless_bitstream_specification">VP8L</a>
 */
@SuppressWarnings("ArrayRecordComponent") // a view of the bytes, never compared
record WebpChunks(byte[] webp, int picture, int width, int height, int orientation)
    implements StillImage {

  private static final int FILE_HEADER_BYTES = 12;
  private static final int CHUNK_HEADER_BYTES = 8;
  private static final int ANIMATION_FRAME_BYTES = 16;
  private static final int SIZE_BYTES = 10;
  private static final int LOSSY = tag("VP8 ");
  private static final int LOSSLESS = tag("VP8L");
  private static final int ANIMATION_FRAME = tag("ANMF");
  private static final int EXIF = tag("EXIF");
  private static final byte[] EXIF_NAME = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

  static WebpChunks of(byte[] webp) throws ImageRejectedException {
    ByteBuffer bytes = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
    int picture = -1;
    int orientation = ExifOrientation.UPRIGHT;
    long at = FILE_HEADER_BYTES;
    while (at + CHUNK_HEADER_BYTES <= webp.length) {
      int start = (int) at;
      int type = bytes.getInt(start);
      long length = bytes.getInt(start + 4) & 0xFFFFFFFFL;
      int body = start + CHUNK_HEADER_BYTES;
      if (picture < 0 && (type == LOSSY || type == LOSSLESS)) {
        picture = start;
      }
      if (type == EXIF && body + length <= webp.length) {
        orientation = orientation(webp, body, body + (int) length);
      }
      if (picture < 0 && type == ANIMATION_FRAME) { // its parts stand inside
        at = body + (long) ANIMATION_FRAME_BYTES;
      } else {
        at = body + length + (length & 1);
      }
    }
    if (picture < 0 || picture + CHUNK_HEADER_BYTES + SIZE_BYTES > webp.length) {
      throw damaged();
    }

    int body = picture + CHUNK_HEADER_BYTES;
    if (bytes.getInt(picture) == LOSSY) {
      int width = bytes.getShort(body + 6) & 0x3FFF;
      int height = bytes.getShort(body + 8) & 0x3FFF;
      return new WebpChunks(webp, picture, width, height, orientation);
    }

    int sizes = bytes.getInt(body + 1);
    int width = (sizes & 0x3FFF) + 1;
    int height = (sizes >> 14 & 0x3FFF) + 1;
    return new WebpChunks(webp, picture, width, height, orientation);
  }

  @Override
  public byte[] pixelsOnly() throws ImageRejectedException {
    ByteBuffer from = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN);
    long length = from.getInt(picture + 4) & 0xFFFFFFFFL;
    if (picture + CHUNK_HEADER_BYTES + length > webp.length) {
      throw damaged();
    }

    int size = CHUNK_HEADER_BYTES + (int) length;
    int padding = (int) (length & 1);
    ByteBuffer kept =
        ByteBuffer.allocate(FILE_HEADER_BYTES + size + padding).order(ByteOrder.LITTLE_ENDIAN);
    kept.putInt(tag("RIFF")).putInt(4 + size + padding).putInt(tag("WEBP"));
    kept.put(webp, picture, size);
    return kept.array();
  }

  private static int orientation(byte[] webp, int from, int to) {
    // Some writers copy the name of the JPEG segment too.
    boolean isNamed = to - from > EXIF_NAME.length;
    for (int i = 0; isNamed && i < EXIF_NAME.length; i++) {
      isNamed = webp[from + i] == EXIF_NAME[i];
    }

    return ExifOrientation.read(webp, isNamed ? from + EXIF_NAME.length : from, to);
  }

  private static int tag(String name) {
    return ByteBuffer.wrap(name.getBytes(StandardCharsets.US_ASCII))
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt();
  }

  private static ImageRejectedException damaged() {
    return new ImageRejectedException(
        Reason.CORRUPT, "The WebP ends before its first picture does, or has none");
  }
}
