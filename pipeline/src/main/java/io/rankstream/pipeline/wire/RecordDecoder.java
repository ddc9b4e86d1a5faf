package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.util.List;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/** Reads the records of the output topics in either wire format; the first bytes show which. */
public final class RecordDecoder {

  private final WireHeaderReader headers;

  /**
   * @param registry source of the schemas of records in the Confluent format
   * @throws RegistryException when the login at the registry cannot be read
   */
  public RecordDecoder(JobConfig.Registry registry) {
    headers =
        new WireHeaderReader(
            List.of(
                ImageEmbedding.getClassSchema(),
                TrainingMetrics.getClassSchema(),
                ModelVersion.getClassSchema(),
                DeadLetter.getClassSchema()),
            registry);
  }

  /**
   * Decodes a record of any output topic.
   *
   * @throws IOException when the value is not such a record, or is damaged
   * @throws RegistryException when the registry cannot be reached
   */
  public SpecificRecord decode(byte[] value) throws IOException {
    WireHeader header = header(value);
    try {
      return read(value, header);
    } catch (RuntimeException e) { // Avro throws all kinds of them on damaged bytes
      throw new IOException("The record is damaged: " + e.getMessage(), e);
    }
  }

  private WireHeader header(byte[] value) throws IOException {
    try {
      return headers
          .read(value)
          .orElseThrow(
              () ->
                  new IOException(
                      "The record is not an embedding, training metric, model version or dead letter"));
    } catch (SchemaUnknownException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private static SpecificRecord read(byte[] value, WireHeader header) throws IOException {
    ResolvedSchema schema = header.schema();
    BinaryDecoder body =
        DecoderFactory.get()
            .binaryDecoder(value, header.length(), value.length - header.length(), null);
    return new SpecificDatumReader<SpecificRecord>(
            schema.writer(), schema.reader(), SpecificData.getForSchema(schema.reader()))
        .read(null, body);
  }
}
