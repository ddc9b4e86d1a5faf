package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.FaultyRegistry;
import io.rankstream.schemas.LabeledImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.message.RawMessageEncoder;
import org.apache.avro.specific.SpecificDatumReader;

/** Images in the format of Confluent's serializers: 00, the id of the schema, and the image. */
final class RegisteredImage {

  private static final int HEADER_BYTES = 1 + Integer.BYTES;

  private RegisteredImage() {}

  /**
   * Writes an image.
   *
   * @param id id of the schema, which the registry may refuse
   */
  static byte[] seal(LabeledImage image, int id) throws IOException {
    ByteBuffer body =
        new RawMessageEncoder<LabeledImage>(image.getSpecificData(), image.getSchema())
            .encode(image);
    return ByteBuffer.allocate(HEADER_BYTES + body.remaining())
        .put((byte) 0)
        .putInt(id)
        .put(body)
        .array();
  }

  /** Whether a value starts in this format. */
  static boolean isIn(byte[] value) {
    return value.length >= HEADER_BYTES && value[0] == 0;
  }

  /**
   * Reads an image; empty where the registry refuses the id.
   *
   * @throws IOException when the value is damaged
   */
  static Optional<LabeledImage> open(byte[] value) throws IOException {
    int id = ByteBuffer.wrap(value).getInt(1);
    return FaultyRegistry.has(id)
        ? Optional.of(
            new SpecificDatumReader<>(LabeledImage.class)
                .read(
                    null,
                    DecoderFactory.get()
                        .binaryDecoder(
                            Arrays.copyOfRange(value, HEADER_BYTES, value.length), null)))
        : Optional.empty();
  }
}
