package io.rankstream.pipeline.tools.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankstream.pipeline.tools.report.Thumbnails;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** The embedding map and some neighbours with their pictures, for a page without a server. */
final class MapSnapshot {

  private static final int DOTS = 400;
  private static final int QUERIES = 8;

  private final LiveStream stream;
  private final Pictures pictures;

  MapSnapshot(LiveStream stream, Pictures pictures) {
    this.stream = stream;
    this.pictures = pictures;
  }

  /**
   * {@code points} as in {@link LiveStream#map}, {@code neighbours} with a row of {@link
   * LiveStream#neighbours} for each query, and {@code pictures} with a data URI for each key;
   * pictures that Kafka has deleted are missing.
   */
  ObjectNode json() throws IOException {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ArrayNode points = root.putArray("points");
    ArrayNode neighbours = root.putArray("neighbours");
    ObjectNode shown = root.putObject("pictures");

    List<JsonNode> sample = new ArrayList<>();
    stream.map().forEach(sample::add);
    Collections.shuffle(sample, new Random(0));
    for (JsonNode point : sample.subList(0, Math.min(DOTS, sample.size()))) {
      points.add(point);
      show(point.get(0).asInt(), shown);
    }
    for (JsonNode point : sample.subList(0, Math.min(QUERIES, sample.size()))) {
      ArrayNode row = stream.neighbours(point.get(0).asInt());
      neighbours.add(row);
      for (JsonNode each : row) {
        show(each.get("key").asInt(), shown);
      }
    }
    return root;
  }

  private void show(int key, ObjectNode shown) throws IOException {
    SampledImage image = stream.image(key);
    Optional<byte[]> png = image == null ? Optional.empty() : pictures.png(image.newest());
    png.ifPresent(bytes -> shown.put(Integer.toString(key), Thumbnails.address(bytes)));
  }
}
