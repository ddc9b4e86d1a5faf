package io.rankstream.pipeline.parse;

import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.message.BadHeaderException;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.MissingSchemaException;

/** Reads a LabeledImage out of its Avro single-object encoding. */
public final class Envelope {

  private final BinaryMessageDecoder<LabeledImage> decoder = LabeledImage.getDecoder();

  /**
   * @param value the value of an input record
   * @throws RejectedException when the value is not a LabeledImage of a known schema
   */
  public LabeledImage open(byte[] value) throws RejectedException {
    try {
      return decoder.decode(value);
    } catch (MissingSchemaException e) {
      throw new RejectedException(
          RejectionReason.SCHEMA_UNKNOWN,
          "The value was written with a schema that is not a known LabeledImage: "
              + e.getMessage());
    } catch (BadHeaderException e) {
      throw new RejectedException(
          RejectionReason.ENVELOPE_INVALID,
          "The value does not start as Avro single-object encoding (C3 01 and a schema fingerprint)");
    } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException e) {
      throw new RejectedException(
          RejectionReason.ENVELOPE_INVALID,
          "The value cannot be read as a LabeledImage: " + e.getMessage());
    }
  }
}
