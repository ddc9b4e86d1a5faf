package io.rankstream.model.image;

/** Reads the codes of one block of 8 × 8 coefficients, in the manner of one scan. */
final class BlockReader {

  private static final int LAST = 63;
  private static final int MOST_BITS = 15;
  private static final int RUN_OF_ZEROS = 15;

  private final ScanBits bits;
  private final HuffmanTables tables;
  private final boolean progressive;
  private final int from;
  private final int to;
  private final boolean refines;
  private int emptyBlocks;

  /** For a baseline scan: all coefficients at once. */
  BlockReader(ScanBits bits, HuffmanTables tables) {
    this(bits, tables, false, 0, LAST, false);
  }

  /**
   * For a progressive scan.
   *
   * @param refines whether it adds a bit to coefficients of an earlier scan
   */
  BlockReader(ScanBits bits, HuffmanTables tables, int from, int to, boolean refines) {
    this(bits, tables, true, from, to, refines);
  }

  private BlockReader(
      ScanBits bits, HuffmanTables tables, boolean progressive, int from, int to, boolean refines) {
    this.bits = bits;
    this.tables = tables;
    this.progressive = progressive;
    this.from = from;
    this.to = Math.min(to, LAST);
    this.refines = refines;
  }

  void restart() {
    emptyBlocks = 0;
  }

  /**
   * Reads a block.
   *
   * @param known for each block, a bit for each coefficient that is not 0; for progressive scans
   */
  void read(long[] known, int block, int dc, int ac) throws ImageRejectedException {
    if (!progressive) {
      first(tables.dc(dc));
      all(tables.ac(ac));
    } else if (from == 0 && refines) {
      bits.skip(1);
    } else if (from == 0) {
      first(tables.dc(dc));
    } else if (refines) {
      refine(known, block, tables.ac(ac));
    } else {
      band(known, block, tables.ac(ac));
    }
  }

  private void first(short[] table) throws ImageRejectedException {
    int size = bits.symbol(table);
    if (size > MOST_BITS) {
      throw JpegEntropy.damaged("a code is invalid");
    }

    bits.skip(size);
  }

  private void all(short[] table) throws ImageRejectedException {
    for (int k = 1; k <= LAST; k++) {
      int symbol = bits.symbol(table);
      int run = symbol >> 4;
      int size = symbol & 15;
      if (size == 0 && run != RUN_OF_ZEROS) {
        return;
      }

      k = step(k, run);
      bits.skip(size);
    }
  }

  private void band(long[] known, int block, short[] table) throws ImageRejectedException {
    if (emptyBlocks > 0) {
      emptyBlocks--;
      return;
    }

    for (int k = from; k <= to; k++) {
      int symbol = bits.symbol(table);
      int run = symbol >> 4;
      int size = symbol & 15;
      if (size == 0 && run != RUN_OF_ZEROS) {
        emptyBlocks = (1 << run) + bits.read(run) - 1;
        return;
      }

      k = step(k, run);
      bits.skip(size);
      if (size > 0) {
        known[block] |= 1L << k;
      }
    }
  }

  private void refine(long[] known, int block, short[] table) throws ImageRejectedException {
    int k = from;
    while (emptyBlocks == 0 && k <= to) {
      int symbol = bits.symbol(table);
      int run = symbol >> 4;
      boolean isNew = (symbol & 15) != 0;
      if (!isNew && run != RUN_OF_ZEROS) {
        emptyBlocks = (1 << run) + bits.read(run);
        break;
      }

      if (isNew) {
        bits.skip(1); // its sign
      }
      while (k <= to && (isKnown(known, block, k) || run-- > 0)) {
        if (isKnown(known, block, k)) {
          bits.skip(1);
        }
        k++;
      }
      if (isNew && k <= LAST) {
        known[block] |= 1L << k;
      }
      k++;
    }
    if (emptyBlocks > 0) {
      for (; k <= to; k++) {
        if (isKnown(known, block, k)) {
          bits.skip(1);
        }
      }
      emptyBlocks--;
    }
  }

  private static boolean isKnown(long[] known, int block, int k) {
    return (known[block] >> k & 1) != 0;
  }

  private static int step(int k, int run) throws ImageRejectedException {
    if (k + run > LAST) {
      throw JpegEntropy.damaged("a block has too many coefficients");
    }

    return k + run;
  }
}
