package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first picture of a GIF. The decoder would read all pictures of an animation into memory at
 * once, each up to the size of the screen: only the first one is passed on.
 *
 * @see <a href="https://www.w3.org/Graphics/GIF/spec-gif89a.txt">GIF 89a</a>
 */
@SuppressWarnings("ArrayRecordComponent") // a view of the bytes, never compared
record GifBlocks(byte[] gif, int colours, int picture, int width, int height)
    implements StillImage {

  private static final int SCREEN_END = 13;
  private static final int PICTURE_BYTES = 10;
  private static final int PICTURE = 0x2C;
  private static final int EXTENSION = 0x21;
  private static final int END = 0x3B;

  static GifBlocks of(byte[] gif) throws ImageRejectedException {
    if (gif.length < SCREEN_END) {
      throw damaged();
    }

    int colours = colourBytes(gif[10]);
    int at = SCREEN_END + colours;
    while (at < gif.length && gif[at] == EXTENSION) {
      at = afterBlocks(gif, at + 2);
    }
    if (at > gif.length - PICTURE_BYTES || gif[at] != PICTURE) {
      throw damaged();
    }

    ByteBuffer bytes = ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN);
    return new GifBlocks(
        gif, colours, at, bytes.getShort(at + 5) & 0xFFFF, bytes.getShort(at + 7) & 0xFFFF);
  }

  @Override
  public int orientation() {
    return ExifOrientation.UPRIGHT;
  }

  @Override
  public byte[] pixelsOnly() throws ImageRejectedException {
    int codes = picture + PICTURE_BYTES + colourBytes(gif[picture + 9]);
    int end = afterBlocks(gif, codes + 1);
    ByteArrayOutputStream kept = new ByteArrayOutputStream(end);
    kept.write(gif, 0, SCREEN_END + colours);
    kept.write(gif, picture, end - picture);
    kept.write(END);
    return kept.toByteArray();
  }

  /** Size of the colour table that a byte of flags announces. */
  private static int colourBytes(byte flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  /** The position behind a chain of blocks, each with its length in front; an empty one ends it. */
  private static int afterBlocks(byte[] gif, int from) throws ImageRejectedException {
    int at = from;
    while (at < gif.length) {
      int length = gif[at] & 0xFF;
      at += 1 + length;
      if (length == 0) {
        return at;
      }
    }

    throw damaged();
  }

  private static ImageRejectedException damaged() {
    return new ImageRejectedException(
        Reason.CORRUPT, "The GIF ends before its first picture does, or has none");
  }
}
