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
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.MissingSchemaException;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/** Reads the records of the output topics in either wire format; the first bytes tell which. */
public final class RecordDecoder {

  private static final List<BinaryMessageDecoder<? extends SpecificRecord>> SINGLE_OBJECT =
      List.of(
          ImageEmbedding.getDecoder(),
          TrainingMetrics.getDecoder(),
          ModelVersion.getDecoder(),
          DeadLetter.getDecoder());

  /** Null without a registry. */
  private final WriterSchemas registered;

  /**
   * @param registry where the schemas of records in the Confluent format are
   * @throws RegistryException when the login at the registry cannot be read
   */
  public RecordDecoder(JobConfig.Registry registry) {
    this.registered =
        registry.isOn()
            ? new WriterSchemas(
                new SchemaRegistry(registry),
                List.of(
                    ImageEmbedding.getClassSchema(),
                    TrainingMetrics.getClassSchema(),
                    ModelVersion.getClassSchema(),
                    DeadLetter.getClassSchema()))
            : null;
  }

  /**
   * Decodes a record of any output topic.
   *
   * @throws IOException when it is none
   * @throws RegistryException when the registry cannot be reached
   */
  public SpecificRecord decode(byte[] value) throws IOException {
    if (ConfluentFrame.isIn(value)) {
      return decodeRegistered(value);
    }

    for (BinaryMessageDecoder<? extends SpecificRecord> decoder : SINGLE_OBJECT) {
      try {
        return decoder.decode(value);
      } catch (MissingSchemaException e) {
        // written with the schema of another output
      }
    }

    throw new IOException(
        "The record is no embedding, training metric, model version or dead letter");
  }

  private SpecificRecord decodeRegistered(byte[] value) throws IOException {
    int id = ConfluentFrame.schemaId(value);
    if (registered == null) {
      throw new IOException(
          "the record names schema %d of a registry: give its --registry-url".formatted(id));
    }

    ResolvedSchema schema;
    try {
      schema = registered.resolve(id);
    } catch (SchemaUnknownException e) {
      throw new IOException(e.getMessage(), e);
    }
    BinaryDecoder body =
        DecoderFactory.get()
            .binaryDecoder(
                value,
                ConfluentFrame.HEADER_BYTES,
                value.length - ConfluentFrame.HEADER_BYTES,
                null);
    return new SpecificDatumReader<SpecificRecord>(
            schema.writer(), schema.reader(), SpecificData.getForSchema(schema.reader()))
        .read(null, body);
  }
}
