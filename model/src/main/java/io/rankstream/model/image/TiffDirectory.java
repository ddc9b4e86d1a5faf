package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The first picture of a TIFF in strips: black and white, grey, palette or RGB; not compressed, or
 * with LZW, deflate or PackBits.
 *
 * @see <a href="https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf">TIFF 6.0</a>
 */
@SuppressWarnings("ArrayRecordComponent") // a view of the bytes, never compared
record TiffDirectory(byte[] encoded, ByteBuffer tiff, Map<Integer, Integer> entries)
    implements StillImage {

  private static final int HEADER_BYTES = 8;
  private static final int ENTRY_BYTES = 12;
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;

  private static final int WIDTH = 256;
  private static final int HEIGHT = 257;
  private static final int BITS = 258;
  private static final int COMPRESSION = 259;
  private static final int COLOURS = 262;
  private static final int STRIP_OFFSETS = 273;
  private static final int ORIENTATION = 274;
  private static final int SAMPLES = 277;
  private static final int ROWS_PER_STRIP = 278;
  private static final int STRIP_BYTES = 279;
  private static final int PLANES = 284;
  private static final int PREDICTOR = 317;
  private static final int PALETTE = 320;
  private static final int TILES = 322;
  private static final int EXTRA_SAMPLES = 338;
  private static final int SAMPLE_FORMAT = 339;

  private static final Set<Integer> KEPT =
      Set.of(
          WIDTH,
          HEIGHT,
          BITS,
          COMPRESSION,
          COLOURS,
          STRIP_OFFSETS,
          SAMPLES,
          ROWS_PER_STRIP,
          STRIP_BYTES,
          PLANES,
          PREDICTOR,
          PALETTE,
          EXTRA_SAMPLES);

  static TiffDirectory of(byte[] encoded) throws ImageRejectedException {
    if (encoded.length < HEADER_BYTES) {
      throw damaged();
    }

    ByteBuffer tiff = ByteBuffer.wrap(encoded);
    tiff.order(encoded[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long at = tiff.getInt(4) & 0xFFFFFFFFL;
    if (at + Short.BYTES > encoded.length) {
      throw damaged();
    }

    int count = tiff.getShort((int) at) & 0xFFFF;
    if (at + Short.BYTES + (long) count * ENTRY_BYTES > encoded.length) {
      throw damaged();
    }

    Map<Integer, Integer> entries = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      int entry = (int) at + Short.BYTES + i * ENTRY_BYTES;
      // Of two entries with one tag, this reader and the decoder could take different ones.
      if (entries.put(tiff.getShort(entry) & 0xFFFF, entry) != null) {
        throw damaged();
      }
    }

    TiffDirectory directory = new TiffDirectory(encoded, tiff, entries);
    directory.requireSupported();
    return directory;
  }

  @Override
  public int width() {
    return (int) Math.min(Integer.MAX_VALUE, value(WIDTH, 0, 0));
  }

  @Override
  public int height() {
    return (int) Math.min(Integer.MAX_VALUE, value(HEIGHT, 0, 0));
  }

  @Override
  public int orientation() {
    long value = value(ORIENTATION, 0, ExifOrientation.UPRIGHT);
    return value >= ExifOrientation.UPRIGHT && value <= ExifOrientation.LAST
        ? (int) value
        : ExifOrientation.UPRIGHT;
  }

  /**
   * The file with a directory of its own at the end, which has only the entries that make the
   * pixels: profiles, thumbnails, other pages and private entries are not read.
   */
  @Override
  public byte[] pixelsOnly() throws ImageRejectedException {
    requireStrips();
    int kept = (int) entries.keySet().stream().filter(KEPT::contains).count();
    int start = tiff.capacity() + (tiff.capacity() & 1);
    ByteBuffer whole =
        ByteBuffer.allocate(start + Short.BYTES + kept * ENTRY_BYTES + Integer.BYTES)
            .order(tiff.order());
    whole.put(encoded).putInt(4, start).position(start);
    whole.putShort((short) kept);
    entries.forEach(
        (tag, entry) -> {
          if (KEPT.contains(tag)) {
            whole.put(encoded, entry, ENTRY_BYTES);
          }
        });

    return whole.array();
  }

  private void requireSupported() throws ImageRejectedException {
    long compression = value(COMPRESSION, 0, 1);
    long colours = value(COLOURS, 0, -1);
    long bits = value(BITS, 0, 1);
    long samples = value(SAMPLES, 0, 1);
    boolean grey = samples == 1 && (bits == 1 || bits == 2 || bits == 4 || bits == 8 || bits == 16);
    boolean rgb = (samples == 3 || samples == 4) && bits == 8 && colours == 2;
    boolean plain =
        compression == 1
            || compression == 5
            || compression == 8
            || compression == 32773
            || compression == 32946;
    if (!plain
        || colours < 0
        || colours > 3
        || !(grey || rgb)
        || entries.containsKey(TILES)
        || value(PLANES, 0, 1) != 1
        || value(SAMPLE_FORMAT, 0, 1) != 1) {
      throw new ImageRejectedException(
          Reason.UNSUPPORTED_FORMAT,
          "The TIFF has a variant that is not read (must be grey, palette or RGB with 8 bits, in strips, with LZW, deflate, PackBits or none; convert it before)");
    }
    for (int i = 1; i < samples; i++) {
      if (value(BITS, i, -1) != bits) {
        throw damaged();
      }
    }
  }

  private void requireStrips() throws ImageRejectedException {
    long strips = count(STRIP_OFFSETS);
    long rows = Math.max(1, Math.min(height(), value(ROWS_PER_STRIP, 0, height())));
    if (strips != count(STRIP_BYTES) || strips < (height() + rows - 1) / rows) {
      throw damaged();
    }
    for (int i = 0; i < strips; i++) {
      long from = value(STRIP_OFFSETS, i, -1);
      long bytes = value(STRIP_BYTES, i, -1);
      if (from < 0 || bytes < 0 || from + bytes > tiff.capacity()) {
        throw damaged();
      }
    }
  }

  private long count(int tag) {
    Integer entry = entries.get(tag);
    return entry == null ? 0 : tiff.getInt(entry + 4) & 0xFFFFFFFFL;
  }

  /** A number of an entry; the default where there is none, or it lies outside the file. */
  private long value(int tag, int index, long missing) {
    if (index >= count(tag)) {
      return missing;
    }

    int entry = entries.get(tag);
    int type = tiff.getShort(entry + 2);
    int size = type == BYTE ? 1 : type == SHORT ? 2 : type == LONG ? 4 : 0;
    if (size == 0) {
      return missing;
    }

    boolean fits = size * count(tag) <= 4;
    long at = (fits ? entry + 8 : tiff.getInt(entry + 8) & 0xFFFFFFFFL) + (long) index * size;
    if (at + size > tiff.capacity()) {
      return missing;
    }

    return switch (type) {
      case BYTE -> tiff.get((int) at) & 0xFF;
      case SHORT -> tiff.getShort((int) at) & 0xFFFF;
      default -> tiff.getInt((int) at) & 0xFFFFFFFFL;
    };
  }

  private static ImageRejectedException damaged() {
    return new ImageRejectedException(
        Reason.CORRUPT, "The TIFF ends before its pixels do, or its directory is damaged");
  }
}
