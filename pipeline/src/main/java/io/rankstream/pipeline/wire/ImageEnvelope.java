package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * Reads a LabeledImage out of its Avro single-object encoding (C3 01, the little-endian fingerprint
 * of the writer's schema, the record) or out of the format of Confluent's serializers ({@link
 * ConfluentFrame}); the first bytes tell which. Safe for several threads.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding">Avro,
 *     single-object encoding</a>
 */
public final class ImageEnvelope {

  private static final short MARKER = (short) 0xC301;
  private static final int HEADER_BYTES = Short.BYTES + Long.BYTES;

  /** Every schema that a LabeledImage was ever written with, by fingerprint. */
  private static final Map<Long, Schema> KNOWN_SCHEMAS =
      Map.of(
          SchemaNormalization.parsingFingerprint64(LabeledImage.getClassSchema()),
          LabeledImage.getClassSchema());

  /** Null without a registry. */
  private final WriterSchemas registered;

  /**
   * @param registry where the schemas of records in the Confluent format are
   * @throws RegistryException when the login at the registry cannot be read
   */
  public ImageEnvelope(JobConfig.Registry registry) {
    this(registry.isOn() ? new SchemaRegistry(registry) : null);
  }

  ImageEnvelope(SchemaRegistry registry) {
    this.registered =
        registry == null
            ? null
            : new WriterSchemas(registry, List.of(LabeledImage.getClassSchema()));
  }

  /**
   * Reads an image. Its attributes are read past.
   *
   * @param value the value of an input record
   * @throws RejectedException when the value is not a LabeledImage of a known schema
   * @throws RegistryException when the registry cannot be reached, which says nothing of the value
   */
  public LabeledImage open(byte[] value) throws RejectedException {
    if (value.length >= HEADER_BYTES && ByteBuffer.wrap(value).getShort() == MARKER) {
      return read(value, HEADER_BYTES, known(value));
    }
    if (ConfluentFrame.isIn(value)) {
      return read(value, ConfluentFrame.HEADER_BYTES, registered(ConfluentFrame.schemaId(value)));
    }

    throw new RejectedException(
        RejectionReason.ENVELOPE_INVALID,
        "The value starts neither as Avro single-object encoding (C3 01 and a schema fingerprint) nor as the Confluent format (00 and a schema id)");
  }

  private static Schema known(byte[] value) throws RejectedException {
    long fingerprint = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getLong(Short.BYTES);
    Schema writer = KNOWN_SCHEMAS.get(fingerprint);
    if (writer == null) {
      throw new RejectedException(
          RejectionReason.SCHEMA_UNKNOWN,
          "The value was written with a schema that is no known LabeledImage (fingerprint %016x)"
              .formatted(fingerprint));
    }

    return writer;
  }

  private Schema registered(int id) throws RejectedException {
    if (registered == null) {
      throw new RejectedException(
          RejectionReason.SCHEMA_UNKNOWN,
          "The value names schema %d of a registry, and registry.url is not set".formatted(id));
    }

    try {
      ResolvedSchema schema = registered.resolve(id);
      return schema.writer();
    } catch (SchemaUnknownException e) {
      throw new RejectedException(RejectionReason.SCHEMA_UNKNOWN, e.getMessage());
    }
  }

  private static LabeledImage read(byte[] value, int offset, Schema writer)
      throws RejectedException {
    try {
      return new SpecificDatumReader<LabeledImage>(
              writer, LabeledImage.getClassSchema(), SpecificData.getForClass(LabeledImage.class))
          .read(null, new BoundedDecoder(value, offset));
    } catch (IOException | RuntimeException e) { // whatever Avro makes of rubbish
      throw new RejectedException(
          RejectionReason.ENVELOPE_INVALID,
          "The value cannot be read as a LabeledImage: " + e.getMessage());
    }
  }

  /** An image in the form that {@link #open} reads: Avro single-object encoding. */
  public static byte[] seal(LabeledImage image) throws IOException {
    ByteBuffer buffer = image.toByteBuffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** The encoded image in an envelope, without a copy where the decoder made the array for it. */
  public static byte[] encodedImage(LabeledImage image) {
    ByteBuffer buffer = image.getImage();
    if (buffer.hasArray()
        && buffer.arrayOffset() == 0
        && buffer.array().length == buffer.remaining()) {
      return buffer.array();
    }

    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
