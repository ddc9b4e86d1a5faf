package io.rankstream.pipeline.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Reads Avro binary data without believing the lengths in it: Avro takes memory for whatever a
 * record claims, and a record of twenty bytes can claim two gigabytes. The only map of the record,
 * the attributes, is checked and not kept: nobody reads it, and a small record can hold millions.
 */
final class BoundedDecoder extends Decoder {

  private final BinaryDecoder decoder;
  private final int bound;

  /**
   * @param bytes holds the data from {@code offset} on
   */
  BoundedDecoder(byte[] bytes, int offset) {
    this.decoder = DecoderFactory.get().binaryDecoder(bytes, offset, bytes.length - offset, null);
    this.bound = bytes.length - offset;
  }

  private byte[] readSized() throws IOException {
    byte[] bytes = new byte[(int) checked(decoder.readLong())];
    decoder.readFixed(bytes, 0, bytes.length);
    return bytes;
  }

  /** No part has more bytes, and no collection more items, than the whole has bytes. */
  private long checked(long length) {
    if (length < 0 || length > bound) {
      throw new AvroRuntimeException(
          "a part claims a length of %d, the record has %d bytes".formatted(length, bound));
    }

    return length;
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    return new Utf8(readSized());
  }

  @Override
  public String readString() throws IOException {
    return new String(readSized(), StandardCharsets.UTF_8);
  }

  @Override
  public void skipString() throws IOException {
    decoder.skipFixed((int) checked(decoder.readLong()));
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    return ByteBuffer.wrap(readSized());
  }

  @Override
  public void skipBytes() throws IOException {
    skipString();
  }

  @Override
  public long readArrayStart() throws IOException {
    return checked(decoder.readArrayStart());
  }

  @Override
  public long arrayNext() throws IOException {
    return checked(decoder.arrayNext());
  }

  @Override
  public long skipArray() throws IOException {
    return readArrayStart(); // one block, whose items are then skipped one by one
  }

  /** Reads past the whole map, whose keys and values are strings, and answers that it is empty. */
  @Override
  public long readMapStart() throws IOException {
    for (long items = readBlock(); items > 0; items = readBlock()) {
      for (long i = 0; i < items; i++) {
        skipString();
        skipString();
      }
    }

    return 0;
  }

  /** Items of the next block; where the number is negative, its size in bytes follows. */
  private long readBlock() throws IOException {
    long items = decoder.readLong();
    if (items < 0) {
      decoder.readLong();
      items = -items;
    }

    return checked(items);
  }

  @Override
  public long mapNext() {
    return 0;
  }

  @Override
  public long skipMap() throws IOException {
    return readMapStart();
  }

  @Override
  public void readNull() throws IOException {
    decoder.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return decoder.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return decoder.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return decoder.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return decoder.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return decoder.readDouble();
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    decoder.readFixed(bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws IOException {
    decoder.skipFixed(length);
  }

  @Override
  public int readEnum() throws IOException {
    return decoder.readEnum();
  }

  @Override
  public int readIndex() throws IOException {
    return decoder.readIndex();
  }
}
