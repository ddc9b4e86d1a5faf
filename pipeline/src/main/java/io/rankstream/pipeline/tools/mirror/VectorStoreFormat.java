package io.rankstream.pipeline.tools.mirror;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.ImageEmbedding;
import java.util.LinkedHashMap;
import java.util.Map;

/** The JSON format of the sink connector of a vector store. */
public enum VectorStoreFormat {
  /**
   * Qdrant: collection, id, vector and payload; the key identifies the point that a tombstone
   * deletes.
   */
  QDRANT,
  /** Milvus: one flat object with the names of the collection's fields. */
  MILVUS;

  private static final ObjectMapper JSON = new ObjectMapper();

  byte[] key(String collection, RecordKey image) throws JsonProcessingException {
    Map<String, Object> key = new LinkedHashMap<>();
    if (this == QDRANT) {
      key.put("collection_name", collection);
    }
    key.put("id", PointId.of(image).toString());
    return JSON.writeValueAsBytes(key);
  }

  byte[] value(String collection, RecordKey image, ImageEmbedding embedding)
      throws JsonProcessingException {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("image_id", embedding.getImageId());
    properties.put("stream", embedding.getStream());
    properties.put("label", embedding.getLabel());
    properties.put("predicted_label", embedding.getPredictedLabel());
    properties.put("confidence", embedding.getConfidence());
    properties.put("lineage", embedding.getLineage());
    properties.put("lineage_born", LineageId.bornAt(embedding.getLineage()));
    properties.put("model_version", embedding.getModelVersion());
    properties.put("space_id", embedding.getSpaceId());
    properties.put("event_time", embedding.getEventTime().toEpochMilli());

    Map<String, Object> value = new LinkedHashMap<>();
    if (this == QDRANT) {
      value.put("collection_name", collection);
    }
    value.put("id", PointId.of(image).toString());
    value.put("vector", embedding.getEmbedding());
    if (this == QDRANT) {
      value.put("payload", properties);
    } else {
      value.putAll(properties);
    }
    return JSON.writeValueAsBytes(value);
  }
}
