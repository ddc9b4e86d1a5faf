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
 * Reads Avro binary data without trusting the lengths in it. Avro allocates as much memory as a
 * record claims to need, and a record of twenty bytes can claim two gigabytes. The only map of the
 * record, the attributes, is checked and skipped: nothing reads it, and a small record can hold
 * millions of entries.
 */
final class BoundedDecoder extends Decoder {

  private final BinaryDecoder decoder;
  private final int bound;

  /**
   * @param bytes the data, which starts at {@code offset}
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

  /** A part cannot have more bytes, or a collection more items, than the record has bytes. */
  private long checked(long length) {
    if (length < 0 || length > bound) {
      throw new AvroRuntimeException(
          "a field claims a length of %d, but the record has %d bytes".formatted(length, bound));
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
    return readArrayStart(); // one block; Avro then skips its items one by one
  }

  /** Skips the whole map, whose keys and values are strings, and reports it as empty. */
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

  /** Items of the next block. After a negative number comes the size of the block in bytes. */
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
