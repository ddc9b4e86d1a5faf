package io.rankstream.pipeline.parse;

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
 * record claims, and a record of twenty bytes can claim two gigabytes.
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
    return checked(decoder.skipArray());
  }

  @Override
  public long readMapStart() throws IOException {
    return checked(decoder.readMapStart());
  }

  @Override
  public long mapNext() throws IOException {
    return checked(decoder.mapNext());
  }

  @Override
  public long skipMap() throws IOException {
    return checked(decoder.skipMap());
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
