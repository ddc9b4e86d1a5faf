package io.rankstream.model.image;

import java.util.Arrays;
import javax.imageio.plugins.jpeg.JPEGHuffmanTable;

/**
 * The Huffman tables of a JPEG at one point of it. An entry is looked up by the next 16 bits: the
 * length of the code in its higher byte, 0 where there is none, and the symbol in the lower one.
 */
final class HuffmanTables {

  private static final int CODE_BITS = 16;
  private static final int IDENTIFIERS = 4;

  private final short[][] tables = new short[2 * IDENTIFIERS][];

  /** Starts with the standard tables, for frames of Motion JPEG, which have none. */
  HuffmanTables() {
    tables[0] = table(JPEGHuffmanTable.StdDCLuminance);
    tables[1] = table(JPEGHuffmanTable.StdDCChrominance);
    tables[IDENTIFIERS] = table(JPEGHuffmanTable.StdACLuminance);
    tables[IDENTIFIERS + 1] = table(JPEGHuffmanTable.StdACChrominance);
  }

  /** Reads the tables of a segment. */
  void read(byte[] jpeg, int from, int to) throws ImageRejectedException {
    int at = from;
    while (at < to) {
      int name = jpeg[at];
      if ((name >> 4 & ~1) != 0 || (name & 15) >= IDENTIFIERS) {
        throw JpegEntropy.damaged("a table has an invalid name");
      }

      byte[] lengths = Arrays.copyOfRange(jpeg, at + 1, at + 1 + CODE_BITS);
      int symbols = 0;
      for (byte length : lengths) {
        symbols += length & 0xFF;
      }
      int start = at + 1 + CODE_BITS;
      tables[(name >> 4) * IDENTIFIERS + (name & 15)] =
          table(lengths, Arrays.copyOfRange(jpeg, start, start + symbols));
      at = start + symbols;
    }
  }

  short[] dc(int name) throws ImageRejectedException {
    return table(name, 0);
  }

  short[] ac(int name) throws ImageRejectedException {
    return table(name, IDENTIFIERS);
  }

  private short[] table(int name, int offset) throws ImageRejectedException {
    if (name >= IDENTIFIERS || tables[offset + name] == null) {
      throw JpegEntropy.damaged("a table is missing");
    }

    return tables[offset + name];
  }

  private static short[] table(JPEGHuffmanTable standard) {
    byte[] lengths = new byte[CODE_BITS];
    for (int i = 0; i < standard.getLengths().length; i++) {
      lengths[i] = (byte) standard.getLengths()[i];
    }
    byte[] symbols = new byte[standard.getValues().length];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = (byte) standard.getValues()[i];
    }

    return table(lengths, symbols);
  }

  private static short[] table(byte[] lengths, byte[] symbols) {
    short[] table = new short[1 << CODE_BITS];
    int at = 0;
    int next = 0;
    for (int bits = 1; bits <= CODE_BITS; bits++) {
      for (int i = 0; i < (lengths[bits - 1] & 0xFF); i++) {
        int span = 1 << (CODE_BITS - bits);
        short entry = (short) ((bits << Byte.SIZE) | (symbols[next++] & 0xFF));
        for (int j = 0; j < span; j++) {
          table[at++] = entry; // an index beyond the end: too many codes
        }
      }
    }

    return table;
  }
}
