package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;

/**
 * Checks that the scans of a JPEG hold the data of all their blocks, by reading all its codes
 * without computing a pixel. Bytes too many behind a block are passed over; a code that does not
 * exist, data that ends too early and a restart marker out of turn are damage.
 *
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, annexes F and G</a>
 */
final class JpegEntropy {

  private static final int HUFFMAN_TABLES = 0xC4;
  private static final int PROGRESSIVE_FRAME = 0xC2;
  private static final int RESTART_INTERVAL = 0xDD;
  private static final int START_OF_SCAN = 0xDA;
  private static final int END_OF_IMAGE = 0xD9;

  /**
   * A component of the frame.
   *
   * @param across blocks across in a unit of several components
   * @param down the same, down
   * @param width width in blocks, without those that only fill up units
   * @param height height in blocks, likewise
   * @param stride width in blocks with those that fill up units
   * @param known for each block, a bit for each coefficient that is not 0 so far
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Component(
      int id, int across, int down, int width, int height, int stride, long[] known) {}

  private final byte[] jpeg;
  private final HuffmanTables tables = new HuffmanTables();
  private final ScanBits bits;
  private Component[] frame = {};
  private boolean progressive;
  private int unitsAcross;
  private int unitsDown;
  private int restartInterval;

  private JpegEntropy(byte[] jpeg) {
    this.jpeg = jpeg;
    bits = new ScanBits(jpeg);
  }

  /**
   * Requires all data.
   *
   * @param jpeg as {@link JpegSegments#pixelsOnly} makes it
   * @throws ImageRejectedException when some is missing
   */
  static void requireWhole(byte[] jpeg) throws ImageRejectedException {
    try {
      new JpegEntropy(jpeg).read();
    } catch (IndexOutOfBoundsException e) { // of a table or a segment that is too short
      throw damaged("a table or a segment is damaged");
    }
  }

  static ImageRejectedException damaged(String what) {
    return new ImageRejectedException(
        Reason.CORRUPT, "The pixels of the JPEG are damaged: " + what);
  }

  private void read() throws ImageRejectedException {
    int at = 2;
    while (true) {
      at = bits.marker(at);
      int marker = unsigned(at + 1);
      if (marker == END_OF_IMAGE) {
        return;
      }

      int content = at + 4;
      int end = at + 2 + (unsigned(at + 2) << 8 | unsigned(at + 3));
      if (marker == HUFFMAN_TABLES) {
        tables.read(jpeg, content, end);
      } else if (marker == RESTART_INTERVAL) {
        restartInterval = unsigned(content) << 8 | unsigned(content + 1);
      } else if (marker >= 0xC0 && marker <= PROGRESSIVE_FRAME) {
        progressive = marker == PROGRESSIVE_FRAME;
        readFrame(content);
      } else if (marker == START_OF_SCAN) {
        end = readScan(content, end);
      }
      at = end;
    }
  }

  private void readFrame(int at) throws ImageRejectedException {
    int height = unsigned(at + 1) << 8 | unsigned(at + 2);
    int width = unsigned(at + 3) << 8 | unsigned(at + 4);
    int count = unsigned(at + 5);
    int mostAcross = 1;
    int mostDown = 1;
    for (int i = 0; i < count; i++) {
      mostAcross = Math.max(mostAcross, unsigned(at + 7 + 3 * i) >> 4);
      mostDown = Math.max(mostDown, unsigned(at + 7 + 3 * i) & 15);
    }

    unitsAcross = parts(width, 8 * mostAcross);
    unitsDown = parts(height, 8 * mostDown);
    frame = new Component[count];
    for (int i = 0; i < count; i++) {
      int across = unsigned(at + 7 + 3 * i) >> 4;
      int down = unsigned(at + 7 + 3 * i) & 15;
      if (across == 0 || down == 0) {
        throw damaged("a component has no size");
      }

      frame[i] =
          new Component(
              unsigned(at + 6 + 3 * i),
              across,
              down,
              parts(parts(width * across, mostAcross), 8),
              parts(parts(height * down, mostDown), 8),
              unitsAcross * across,
              new long[progressive ? unitsAcross * across * unitsDown * down : 0]);
    }
  }

  private int readScan(int at, int data) throws ImageRejectedException {
    int count = unsigned(at);
    Component[] components = new Component[count];
    int[] dc = new int[count];
    int[] ac = new int[count];
    for (int i = 0; i < count; i++) {
      components[i] = component(unsigned(at + 1 + 2 * i));
      dc[i] = unsigned(at + 2 + 2 * i) >> 4;
      ac[i] = unsigned(at + 2 + 2 * i) & 15;
    }
    int band = at + 1 + 2 * count;
    BlockReader blocks =
        progressive
            ? new BlockReader(
                bits, tables, unsigned(band), unsigned(band + 1), unsigned(band + 2) >> 4 != 0)
            : new BlockReader(bits, tables);
    bits.start(data);
    boolean single = count == 1;
    int across = single ? components[0].width : unitsAcross;
    int down = single ? components[0].height : unitsDown;
    for (int unit = 0; unit < across * down; unit++) {
      if (restartInterval > 0 && unit > 0 && unit % restartInterval == 0) {
        bits.restart(unit / restartInterval - 1);
        blocks.restart();
      }
      int y = unit / across;
      int x = unit % across;
      for (int i = 0; i < count; i++) {
        Component of = components[i];
        int wide = single ? 1 : of.across;
        int blocksOfUnit = single ? 1 : of.across * of.down;
        for (int b = 0; b < blocksOfUnit; b++) {
          int block = (y * (single ? 1 : of.down) + b / wide) * of.stride + x * wide + b % wide;
          blocks.read(of.known, block, dc[i], ac[i]);
        }
      }
    }

    return bits.end();
  }

  private Component component(int id) throws ImageRejectedException {
    for (Component component : frame) {
      if (component.id == id) {
        return component;
      }
    }

    throw damaged("a scan names a component that is not there");
  }

  private static int parts(int whole, int part) {
    return (whole + part - 1) / part;
  }

  private int unsigned(int index) {
    return jpeg[index] & 0xFF;
  }
}
