package io.rankstream.model.golden;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A case of golden values, computed by an independent implementation in float64, at one precision.
 */
public final class GoldenCase {

  private final JsonNode json;
  private final JsonNode tolerance;
  private final DataType type;

  private GoldenCase(JsonNode json, JsonNode tolerance, DataType type) {
    this.json = json;
    this.tolerance = tolerance;
    this.type = type;
  }

  /**
   * All cases of a file, at float64 and, where rounding cannot change the choice of a triplet, at
   * float32.
   */
  public static Stream<GoldenCase> of(String file) {
    try (InputStream in = GoldenCase.class.getResourceAsStream("/golden/" + file + ".json")) {
      JsonNode root = new ObjectMapper().readTree(in);
      List<GoldenCase> cases = new ArrayList<>();
      for (JsonNode node : root.get("cases")) {
        cases.add(new GoldenCase(node, root.at("/tolerance/float64"), DataType.FLOAT64));
        if (node.at("/checks/float32_selection_safe").asBoolean(true)) {
          cases.add(new GoldenCase(node, root.at("/tolerance/float32"), DataType.FLOAT32));
        }
      }
      return cases.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The members of a list as cases of their own. */
  public List<GoldenCase> parts(String field) {
    List<GoldenCase> parts = new ArrayList<>();
    json.get(field).forEach(part -> parts.add(new GoldenCase(part, tolerance, type)));
    return parts;
  }

  public String name() {
    return json.get("name").asText();
  }

  public JsonNode param(String name) {
    return json.get("params").get(name);
  }

  public JsonNode field(String name) {
    return json.get(name);
  }

  /** An expected value; parts of a case have theirs beside the input. */
  public JsonNode expected(String name) {
    return json.has("expected") ? json.get("expected").get(name) : json.get(name);
  }

  public boolean hasUniqueGradient() {
    return json.at("/checks/grad_unique").asBoolean(true);
  }

  /** A field as an array of this case's precision. */
  public NDArray array(NDManager manager, String field) {
    double[] values = flat(json.get(field));
    NDArray array = manager.create(values, shape(json.get(field)));
    return type == DataType.FLOAT64 ? array : array.toType(type, true);
  }

  /** The labels as row numbers. */
  public NDArray labels(NDManager manager) {
    double[] values = flat(json.get("labels"));
    long[] labels = new long[values.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (long) values[i];
    }
    return manager.create(labels);
  }

  public void assertLoss(String name, NDArray actual) {
    assertLoss(expected(name).asDouble(), actual);
  }

  public void assertLoss(double expected, NDArray actual) {
    double bound = tolerance("loss_atol") + tolerance("loss_rtol") * Math.abs(expected);
    assertThat(value(actual)).as(this + " loss").isCloseTo(expected, within(bound));
  }

  /** Compares with tolerances against the largest value, as the golden files ask. */
  public void assertArray(String name, NDArray actual) {
    double[] expected = flat(expected(name));
    double[] values = values(actual);
    double largest = 0;
    for (double each : expected) {
      largest = Math.max(largest, Math.abs(each));
    }
    double bound = tolerance("grad_atol") + tolerance("grad_rtol") * largest;
    assertThat(values).as(this + " " + name).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(values[i]).as("%s %s[%d]", this, name, i).isCloseTo(expected[i], within(bound));
    }
  }

  public static void assertFinite(NDArray actual) {
    for (double value : values(actual)) {
      assertThat(Double.isFinite(value)).isTrue();
    }
  }

  @Override
  public String toString() {
    return json.path("name").asText() + " " + type;
  }

  private static org.assertj.core.data.Offset<Double> within(double bound) {
    return org.assertj.core.data.Offset.offset(bound);
  }

  private double tolerance(String name) {
    return tolerance.get(name).asDouble();
  }

  private static double value(NDArray scalar) {
    return values(scalar)[0];
  }

  private static double[] values(NDArray array) {
    return array.toType(DataType.FLOAT64, true).toDoubleArray();
  }

  private static double[] flat(JsonNode node) {
    List<Double> values = new ArrayList<>();
    collect(node, values);
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static void collect(JsonNode node, List<Double> values) {
    if (node.isArray()) {
      node.forEach(child -> collect(child, values));
    } else {
      values.add(node.asDouble());
    }
  }

  private static Shape shape(JsonNode node) {
    List<Long> sizes = new ArrayList<>();
    for (JsonNode level = node; level.isArray(); level = level.get(0)) {
      sizes.add((long) level.size());
    }
    return new Shape(sizes);
  }
}
