package io.rankstream.model.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * What {@code lab/python/backbone_reference.py} computed for one backbone, and the formula for
 * weights and images that both sides share.
 */
record BackboneReference(JsonNode json) {

  static BackboneReference of(String backbone) {
    String file = "/backbones/" + backbone + ".json";
    try (InputStream in = BackboneReference.class.getResourceAsStream(file)) {
      return new BackboneReference(new ObjectMapper().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Values in [-1, 1): splitmix64 with the CRC32 of the name as seed, upper 53 bits. */
  static double[] uniform(String name, int size) {
    CRC32 seed = new CRC32();
    seed.update(name.getBytes(StandardCharsets.UTF_8));
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      long z = seed.getValue() + (i + 1) * 0x9E3779B97F4A7C15L;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      values[i] = (z >>> 11) * 0x1p-52 - 1;
    }
    return values;
  }

  /** The value of a parameter or running statistic. */
  static double[] array(Slot slot) {
    double center = 0;
    double scale = 0.1;
    if (slot.shape().dimension() == 4) {
      double fanIn = slot.shape().size() / (double) slot.shape().get(0);
      scale = Math.sqrt(4.5 / fanIn);
    } else if (slot.name().endsWith("running_var")) {
      center = 1;
      scale = 0.5;
    } else if (slot.name().endsWith("weight")) {
      center = 1;
    }

    double[] values = uniform(slot.name(), slot.size());
    for (int i = 0; i < values.length; i++) {
      values[i] = center + scale * values[i];
    }
    return values;
  }

  /** Images in the batch. */
  int batch() {
    return json.get("batch").asInt();
  }

  int height() {
    return json.get("height").asInt();
  }

  int width() {
    return json.get("width").asInt();
  }

  JsonNode output(boolean training, String name) {
    return mode(training).get(name);
  }

  double largestGradientNorm(boolean training) {
    return mode(training).get("largest_gradient_norm").asDouble();
  }

  /** Norm and dot product of the gradient of a parameter. */
  double[] gradient(boolean training, String name) {
    JsonNode four = json.at("/gradients").get(name);
    int start = training ? 2 : 0;
    return new double[] {four.get(start).asDouble(), four.get(start + 1).asDouble()};
  }

  /** Norm and dot product of a running statistic after a pass in training mode. */
  double[] statistic(String name) {
    JsonNode two = json.at("/statistics").get(name);
    return new double[] {two.get(0).asDouble(), two.get(1).asDouble()};
  }

  /** Parameters with a gradient. */
  int parameters() {
    return json.get("gradients").size();
  }

  /** Running statistics. */
  int statistics() {
    return json.get("statistics").size();
  }

  private JsonNode mode(boolean training) {
    return json.get(training ? "train" : "eval");
  }
}
