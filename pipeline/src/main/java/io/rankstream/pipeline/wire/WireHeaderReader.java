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
  private final Optional<SchemaRegistry> registry;
  private final Optional<WriterSchemas> registered;

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
    this.registry = registry.isOn() ? Optional.of(new SchemaRegistry(registry)) : Optional.empty();
    this.registered = this.registry.map(each -> new WriterSchemas(each, readers));
  }

  /**
   * Checks that the registry, if there is one, does not refuse everything.
   *
   * @throws RegistryException when it does
   */
  void requireAccess() {
    registry.ifPresent(SchemaRegistry::requireAccess);
  }

  /** The usable schemas of the registry that are known by now. */
  List<RegisteredSchema> known() {
    return registered.map(WriterSchemas::known).orElse(List.of());
  }

  /** Takes schemas that were known before, so that the registry is not asked for them. */
  void restore(List<RegisteredSchema> schemas) {
    registered.ifPresent(each -> each.restore(schemas));
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
          new WireHeader(registered(ConfluentFrame.schemaId(value)), ConfluentFrame.HEADER_BYTES));
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

  private ResolvedSchema registered(int id) throws SchemaUnknownException {
    if (registered.isEmpty()) {
      throw new SchemaUnknownException(
          "The record names schema %d of a registry: set registry.url, or give its --registry-url to a tool"
              .formatted(id));
    }

    return registered.get().resolve(id);
  }
}
