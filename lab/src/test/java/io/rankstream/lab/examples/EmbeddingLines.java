package io.rankstream.lab.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lines of JSON that the examples print of embeddings. */
final class EmbeddingLines {

  private static final ObjectMapper JSON = new ObjectMapper();

  private EmbeddingLines() {}

  static List<JsonNode> parsed(List<String> lines) throws Exception {
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : lines) {
      nodes.add(JSON.readTree(line));
    }
    return nodes;
  }

  static float[] vector(JsonNode line) {
    float[] vector = new float[line.get("embedding").size()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) line.get("embedding").get(i).doubleValue();
    }
    return vector;
  }

  /** The k nearest image ids, computed here. */
  static List<String> nearest(Map<String, JsonNode> newest, String id, int k, String label) {
    JsonNode from = newest.get(id);
    Map<String, Double> distances = new HashMap<>();
    newest.forEach(
        (other, line) -> {
          if (line.has("embedding")
              && !other.equals(id)
              && line.get("space_id").equals(from.get("space_id"))
              && (label == null || label.equals(line.get("label").asText()))) {
            double sum = 0;
            for (int i = 0; i < vector(from).length; i++) {
              sum += Math.pow((double) (vector(from)[i] - vector(line)[i]), 2);
            }
            distances.put(other, sum);
          }
        });
    return distances.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().thenComparing(Map.Entry::getKey))
        .limit(k)
        .map(Map.Entry::getKey)
        .toList();
  }

  static List<String> ids(JsonNode neighbours) {
    List<String> ids = new ArrayList<>();
    neighbours.forEach(each -> ids.add(each.get("id").asText()));
    return ids;
  }
}
