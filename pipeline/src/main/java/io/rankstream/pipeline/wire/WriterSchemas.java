package io.rankstream.pipeline.wire;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaCompatibility.SchemaPairCompatibility;

/**
 * The schemas of a registry by id, each requested once. That an id is unusable is remembered only
 * for a while: its schema may be registered later. Safe for several threads.
 */
final class WriterSchemas {

  private static final int REMEMBERED = 1_000;
  private static final long UNKNOWN_FOR = Duration.ofSeconds(30).toNanos();

  private final SchemaRegistry registry;
  private final List<Schema> readers;
  private final Map<Integer, Known> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Known> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** The result for an id: a schema, or the problem and when it was found. */
  private record Known(ResolvedSchema schema, SchemaUnknownException problem, long since) {

    boolean isFresh() {
      return problem == null || System.nanoTime() - since < UNKNOWN_FOR;
    }
  }

  /**
   * @param registry source of the schemas
   * @param readers schemas that records may be read with, the preferred one first
   */
  WriterSchemas(SchemaRegistry registry, List<Schema> readers) {
    this.registry = registry;
    this.readers = readers;
  }

  /**
   * The schema of an id, with the schema to read it with.
   *
   * @throws SchemaUnknownException when the registry does not know the id, or no reader schema fits
   * @throws RegistryException when the registry cannot be reached
   */
  synchronized ResolvedSchema resolve(int id) throws SchemaUnknownException {
    Known found = known.get(id);
    if (found == null || !found.isFresh()) {
      found = ask(id);
      known.put(id, found);
    }
    if (found.problem() != null) {
      throw found.problem();
    }

    return found.schema();
  }

  /** The usable schemas that are known. */
  synchronized List<RegisteredSchema> known() {
    return known.entrySet().stream()
        .filter(entry -> entry.getValue().schema() != null)
        .map(entry -> registered(entry.getKey(), entry.getValue().schema().writer()))
        .toList();
  }

  /** Takes schemas that were known before. Those of other registries are passed over. */
  synchronized void restore(List<RegisteredSchema> schemas) {
    for (RegisteredSchema each : schemas) {
      if (each.registry().equals(registry.url())) {
        try {
          Schema writer = new Schema.Parser().parse(each.schema());
          known.put(each.id(), new Known(resolved(each.id(), writer), null, 0));
        } catch (SchemaUnknownException | AvroRuntimeException e) {
          // Usable for another version of this program: the registry is asked when it is needed.
        }
      }
    }
  }

  private RegisteredSchema registered(int id, Schema writer) {
    return new RegisteredSchema(registry.url(), id, writer.toString());
  }

  private Known ask(int id) {
    try {
      return new Known(resolved(id, registry.schema(id)), null, 0);
    } catch (SchemaUnknownException e) {
      return new Known(null, e, System.nanoTime());
    }
  }

  private ResolvedSchema resolved(int id, Schema writer) throws SchemaUnknownException {
    String problems = "";
    for (Schema reader : readers) {
      SchemaPairCompatibility pair =
          SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
      if (pair.getType() == SchemaCompatibilityType.COMPATIBLE) {
        return new ResolvedSchema(writer, reader);
      }
      problems =
          pair.getResult().getIncompatibilities().stream()
              .map(each -> "%s at %s".formatted(each.getMessage(), each.getLocation()))
              .collect(Collectors.joining("; "));
    }

    throw new SchemaUnknownException(
        readers.size() == 1
            ? "Schema %d of the registry (%s) cannot be read as a %s: %s"
                .formatted(id, writer.getFullName(), readers.get(0).getName(), problems)
            : "Schema %d of the registry (%s) is not the schema of an output topic"
                .formatted(id, writer.getFullName()));
  }
}
