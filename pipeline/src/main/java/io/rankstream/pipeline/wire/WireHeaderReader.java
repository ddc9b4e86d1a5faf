package io.rankstream.pipeline.wire;

import io.rankstream.pipeline.config.JobConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/**
 * Reads the header of a value in either wire format; the first bytes show which. Safe for several
 * threads.
 */
final class WireHeaderReader {

  private final Map<Long, Schema> readers;
  private final RegisteredSchemas registered;

  /** Resolves the schema ids of the Confluent format. */
  private interface RegisteredSchemas {
    ResolvedSchema resolve(int id) throws SchemaUnknownException;
  }

  /**
   * @param readers the schemas that records may be read with, which are also all that records in
   *     single-object encoding may be written with
   * @param registry source of the schemas of records in the Confluent format
   * @throws RegistryException when the login at the registry cannot be read
   */
  WireHeaderReader(List<Schema> readers, JobConfig.Registry registry) {
    this.readers =
        readers.stream()
            .collect(
                Collectors.toMap(SchemaNormalization::parsingFingerprint64, Function.identity()));
    this.registered =
        registry.isOn()
            ? new WriterSchemas(new SchemaRegistry(registry), readers)::resolve
            : WireHeaderReader::withoutRegistry;
  }

  /**
   * Reads the header of a value.
   *
   * @return empty when the value starts in neither format
   * @throws SchemaUnknownException when the schema is unknown or cannot be read here
   * @throws RegistryException when the registry cannot be reached
   */
  Optional<WireHeader> read(byte[] value) throws SchemaUnknownException {
    if (SingleObjectFrame.isIn(value)) {
      return Optional.of(
          new WireHeader(
              known(SingleObjectFrame.fingerprint(value)), SingleObjectFrame.HEADER_BYTES));
    }
    if (ConfluentFrame.isIn(value)) {
      return Optional.of(
          new WireHeader(
              registered.resolve(ConfluentFrame.schemaId(value)), ConfluentFrame.HEADER_BYTES));
    }

    return Optional.empty();
  }

  private ResolvedSchema known(long fingerprint) throws SchemaUnknownException {
    Schema schema = readers.get(fingerprint);
    if (schema == null) {
      throw new SchemaUnknownException(
          "The record has an unknown schema (fingerprint %016x); the known ones are those of %s"
              .formatted(
                  fingerprint,
                  readers.values().stream()
                      .map(Schema::getName)
                      .sorted()
                      .collect(Collectors.joining(", "))));
    }

    return new ResolvedSchema(schema, schema);
  }

  private static ResolvedSchema withoutRegistry(int id) throws SchemaUnknownException {
    throw new SchemaUnknownException(
        "The record names schema %d of a registry: set registry.url, or give its --registry-url to a tool"
            .formatted(id));
  }
}
