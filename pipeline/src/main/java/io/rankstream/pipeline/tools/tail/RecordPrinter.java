package io.rankstream.pipeline.tools.tail;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.model.text.Printable;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.DriftFigures;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.PrequentialFigures;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificRecord;

/** Formats output records as lines: short ones for people, JSON for scripts. */
public final class RecordPrinter {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN_VALUES = 4;
  private static final int SHOWN_KEY = 200;
  private static final int SHOWN_LINEAGE = 4;

  private RecordPrinter() {}

  /** One line for people. */
  public static String line(SpecificRecord record) {
    return Printable.line(text(record));
  }

  private static String text(SpecificRecord record) {
    if (record instanceof ImageEmbedding embedding) {
      return text(embedding);
    }
    if (record instanceof TrainingMetrics metrics) {
      return text(metrics);
    }
    if (record instanceof ModelVersion version && version.getEpoch() != null) {
      return text(version, version.getEpoch());
    }
    if (record instanceof ModelVersion version && version.getDrift() != null) {
      return drift(version);
    }
    if (record instanceof ModelVersion version) {
      return "%s v%d  lineage %s  %s  %,d bytes  sha256 %s  %s"
          .formatted(
              version.getStream(),
              version.getModelVersion(),
              shortly(version.getLineage()),
              version.getUri(),
              version.getSizeBytes(),
              version.getSha256(),
              text(version.getAccuracy()));
    }
    if (record instanceof DeadLetter letter) {
      return text(letter);
    }

    return record.toString();
  }

  /** One line of JSON with the field names of the schema; bytes are in Base64. */
  public static String json(SpecificRecord record) throws IOException {
    return Printable.json(JSON.writeValueAsString(object(record)));
  }

  private static String text(ModelVersion version, EpochMark epoch) {
    return "%s epoch %d %s  v%d lineage %s  after v%d lineage %s  images %,d  refused %,d  superseded %,d"
        .formatted(
            version.getStream(),
            epoch.getNumber(),
            epoch.getState(),
            version.getModelVersion(),
            shortly(version.getLineage()),
            epoch.getPreviousVersion(),
            shortly(epoch.getPreviousLineage()),
            epoch.getImages(),
            epoch.getRefused(),
            epoch.getSuperseded());
  }

  private static String text(ImageEmbedding embedding) {
    String values =
        embedding.getEmbedding().stream()
            .limit(SHOWN_VALUES)
            .map(value -> String.format(Locale.ROOT, "%+.3f", value))
            .collect(Collectors.joining(" "));
    String predicted =
        embedding.getPredictedLabel() == null
            ? "-"
            : String.format(
                Locale.ROOT, "%s %.2f", embedding.getPredictedLabel(), embedding.getConfidence());
    return "%-24s v%-6d lineage %-4s label %-12s predicted %-18s %s  [%s ...] %d values"
        .formatted(
            embedding.getImageId(),
            embedding.getModelVersion(),
            shortly(embedding.getLineage()),
            embedding.getLabel() == null ? "-" : embedding.getLabel(),
            predicted,
            embedding.getTrained() ? "embedded again" : "embedded",
            values,
            embedding.getDimension());
  }

  /**
   * A lineage by its last digits, which are random: the first ones tell when it was born, and
   * hardly differ from one lineage to the next.
   */
  private static String shortly(String lineage) {
    return lineage.isEmpty()
        ? "-"
        : lineage.substring(Math.max(0, lineage.length() - SHOWN_LINEAGE));
  }

  /** The key names the image without a look into a value that may be anything. */
  private static String text(DeadLetter letter) {
    int redriven = RedrivenCount.of(letter);
    return "%s  %s-%d@%d  %s%s%s"
        .formatted(
            letter.getReason(),
            letter.getSourceTopic(),
            letter.getSourcePartition(),
            letter.getSourceOffset(),
            letter.getKey() == null ? "" : key(letter.getKey()) + "  ",
            letter.getDetail(),
            redriven == 0 ? "" : "  (redriven %d times)".formatted(redriven));
  }

  private static String key(ByteBuffer key) {
    String text = StandardCharsets.UTF_8.decode(key.duplicate()).toString();
    String shown = text.length() > SHOWN_KEY ? text.substring(0, SHOWN_KEY) + "..." : text;
    return shown.replace('\n', '/'); // between stream and image id
  }

  private static String text(TrainingMetrics metrics) {
    return String.format(
        Locale.ROOT,
        "%s step %-6d lineage %s  loss %.4f = %.4f + ranking %.4f  triplets %d/%d  gradient %.3f  %s  classes %d/%d  fresh %d/%d  %.1f ms",
        metrics.getStream(),
        metrics.getStep(),
        shortly(metrics.getLineage()),
        metrics.getLoss(),
        metrics.getClassificationLoss(),
        metrics.getRankingLoss(),
        metrics.getActiveTriplets(),
        metrics.getTriplets(),
        metrics.getGradientNorm(),
        text(metrics.getAccuracy()),
        metrics.getClassesInBatch(),
        metrics.getKnownClasses(),
        metrics.getFreshImages(),
        metrics.getImagesInBatch(),
        metrics.getStepMillis());
  }

  private static String drift(ModelVersion version) {
    DriftFigures drift = version.getDrift();
    return String.format(
        Locale.ROOT,
        "%s v%d  lineage %s  drift from v%d lineage %s  1-cos %.4f  overlap@10 %.3f  R@1 new in new %.3f  new in old %.3f  mapped %s  anchors %d  %s",
        version.getStream(),
        version.getModelVersion(),
        shortly(version.getLineage()),
        drift.getAgainstVersion(),
        shortly(drift.getAgainstLineage()),
        drift.getMeanCosineShift(),
        drift.getNeighbourOverlapAt10(),
        drift.getRecallAt1NewInNew(),
        drift.getRecallAt1NewInOld(),
        share(drift.getRecallAt1Mapped()),
        drift.getAnchors(),
        drift.getMapUri());
  }

  private static String text(PrequentialFigures accuracy) {
    return "prequential micro %s macro %s"
        .formatted(share(accuracy.getMicro()), share(accuracy.getMacro()));
  }

  private static String share(Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  private static ObjectNode object(IndexedRecord record) {
    ObjectNode node = JSON.createObjectNode();
    for (Schema.Field field : record.getSchema().getFields()) {
      put(node, field.name(), record.get(field.pos()));
    }

    return node;
  }

  private static void put(ObjectNode node, String name, Object value) {
    if (value instanceof IndexedRecord nested) {
      node.set(name, object(nested));
    } else if (value instanceof Collection<?> values) {
      ArrayNode array = node.putArray(name);
      values.forEach(
          each -> array.addPOJO(each instanceof IndexedRecord nested ? object(nested) : each));
    } else if (value instanceof ByteBuffer buffer) {
      byte[] bytes = new byte[buffer.remaining()];
      buffer.duplicate().get(bytes);
      node.put(name, bytes);
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode child = node.putObject(name);
      map.forEach((key, each) -> child.putPOJO(String.valueOf(key), each));
    } else {
      node.putPOJO(name, value instanceof Instant instant ? instant.toString() : value);
    }
  }
}
