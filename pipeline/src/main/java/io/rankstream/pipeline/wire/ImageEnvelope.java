package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;

/**
 * Reads a LabeledImage in either wire format; the first bytes show which. Safe for several threads.
 */
public final class ImageEnvelope {

  /** The value of the header {@code content-type} of a {@linkplain #seal sealed} image. */
  public static final String CONTENT_TYPE = SingleObjectEncoding.CONTENT_TYPE;

  /** Every schema that a LabeledImage was ever written with. */
  private static final List<Schema> SCHEMAS = List.of(LabeledImage.getClassSchema());

  private final WireHeaderReader headers;

  /**
   * @param registry source of the schemas of records in the Confluent format
   * @throws RegistryException when the login at the registry cannot be read
   */
  public ImageEnvelope(JobConfig.Registry registry) {
    headers = new WireHeaderReader(SCHEMAS, registry);
  }

  /**
   * Checks that the registry, if there is one, does not refuse everything, as it does with a wrong
   * login. One that cannot be reached passes.
   *
   * @throws RegistryException when it does
   */
  public void requireAccess() {
    headers.requireAccess();
  }

  /** The usable schemas of the registry that are known by now. */
  public List<RegisteredSchema> knownSchemas() {
    return headers.known();
  }

  /**
   * Takes schemas that were known before. The registry is not asked for them, so that records with
   * them can be read while it is down.
   */
  public void restore(List<RegisteredSchema> schemas) {
    headers.restore(schemas);
  }

  /**
   * Reads an image. Its attributes are skipped.
   *
   * @param value the value of an input record
   * @throws RejectedException when the value is not a LabeledImage of a known schema
   * @throws RegistryException when the registry cannot be reached; the value may be good
   */
  public LabeledImage open(byte[] value) throws RejectedException {
    WireHeader header = header(value);
    try {
      return new SpecificDatumReader<LabeledImage>(
              header.schema().writer(),
              LabeledImage.getClassSchema(),
              SpecificData.getForClass(LabeledImage.class))
          .read(null, new BoundedDecoder(value, header.length()));
    } catch (IOException | RuntimeException e) { // Avro throws all kinds of them on damaged bytes
      throw new RejectedException(
          RejectionReason.ENVELOPE_INVALID,
          "The value cannot be read as a LabeledImage: " + e.getMessage());
    }
  }

  private WireHeader header(byte[] value) throws RejectedException {
    try {
      return headers
          .read(value)
          .orElseThrow(
              () ->
                  new RejectedException(
                      RejectionReason.ENVELOPE_INVALID,
                      "The value starts neither as Avro single-object encoding (C3 01 and a schema fingerprint) nor as the Confluent format (00 and a schema id)"));
    } catch (SchemaUnknownException e) {
      throw new RejectedException(RejectionReason.SCHEMA_UNKNOWN, e.getMessage());
    }
  }

  /** An image in a form that {@link #open} reads: Avro single-object encoding. */
  public static byte[] seal(LabeledImage image) throws IOException {
    return bytes(image.toByteBuffer());
  }

  /** The encoded image in an envelope, without a copy where the decoder made the array for it. */
  public static byte[] encodedImage(LabeledImage image) {
    ByteBuffer buffer = image.getImage();
    if (buffer.hasArray()
        && buffer.arrayOffset() == 0
        && buffer.array().length == buffer.remaining()) {
      return buffer.array();
    }

    return bytes(buffer);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
