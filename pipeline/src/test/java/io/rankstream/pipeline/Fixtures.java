package io.rankstream.pipeline;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.Header;
import io.rankstream.pipeline.event.Origin;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.schemas.LabeledImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.flink.configuration.Configuration;

/** Images, records and configurations that several tests use. */
public final class Fixtures {

  private static final int SIDE = 28;

  private Fixtures() {}

  /** A configuration from {@code key, value} pairs. */
  public static JobConfig config(String... pairs) {
    Configuration configuration = new Configuration();
    for (int i = 0; i < pairs.length; i += 2) {
      configuration.setString(pairs[i], pairs[i + 1]);
    }
    return JobConfig.from(configuration);
  }

  /** A 28×28 grey PNG whose pattern belongs to a class and whose noise to a seed. */
  public static byte[] png(int pattern, long seed) {
    return encode("png", pattern, seed);
  }

  /** The same as a JPEG. */
  public static byte[] jpeg(int pattern, long seed) {
    return encode("jpg", pattern, seed);
  }

  private static byte[] encode(String format, int pattern, long seed) {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double wave = Math.sin((pattern + 1) * x * 0.2) * Math.cos((pattern % 4 + 1) * y * 0.3);
        int grey = (int) (128 + 90 * wave + 20 * random.nextGaussian());
        image.getRaster().setSample(x, y, 0, Math.max(0, Math.min(255, grey)));
      }
    }
    return encode(format, image);
  }

  private static byte[] encode(String format, BufferedImage image) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, format, out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A grey PNG of noise, which hardly compresses. */
  public static byte[] noise(int width, int height) {
    Random random = new Random(width);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.getRaster().setSample(x, y, 0, random.nextInt(256));
      }
    }
    return encode("png", image);
  }

  /** Writes a folder with a folder of PNG images for each class, as {@code feed} reads it. */
  public static void photos(Path folder, int classes, int perClass) throws IOException {
    photos(folder, classes, perClass, 0);
  }

  /**
   * The same with other images.
   *
   * @param firstSeed seed of the first image; the others follow, 100 to a class
   */
  public static void photos(Path folder, int classes, int perClass, long firstSeed)
      throws IOException {
    for (int c = 0; c < classes; c++) {
      Path ofClass = Files.createDirectories(folder.resolve("class-" + c));
      for (int i = 0; i < perClass; i++) {
        Files.write(ofClass.resolve(i + ".png"), png(c, firstSeed + 100L * c + i));
      }
    }
  }

  /** A LabeledImage in its wire format. */
  public static byte[] envelope(String id, String stream, String label, byte[] encoded) {
    LabeledImage image =
        LabeledImage.newBuilder()
            .setImageId(id)
            .setStream(stream)
            .setLabel(label)
            .setImage(ByteBuffer.wrap(encoded))
            .setEventTime(Instant.ofEpochMilli(1_700_000_000_000L))
            .build();
    try {
      return ImageEnvelope.seal(image);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A value in single-object encoding as it is in the Confluent format. */
  public static byte[] confluent(int schemaId, byte[] singleObject) {
    return ByteBuffer.allocate(singleObject.length - 5)
        .put((byte) 0)
        .putInt(schemaId)
        .put(singleObject, 10, singleObject.length - 10)
        .array();
  }

  /** The schema of a LabeledImage that a later release could have: a field more, another order. */
  public static Schema newerLabeledImage() {
    return SchemaBuilder.record("LabeledImage")
        .namespace("io.rankstream.schemas")
        .fields()
        .optionalString("camera")
        .optionalString("label")
        .requiredBytes("image")
        .requiredLong("event_time")
        .requiredString("image_id")
        .endRecord();
  }

  /** A value in the Confluent format with {@link #newerLabeledImage()}. */
  public static byte[] newerConfluent(int schemaId, String id, String label, byte[] encoded) {
    GenericRecord image =
        new GenericRecordBuilder(newerLabeledImage())
            .set("camera", "north")
            .set("label", label)
            .set("image", ByteBuffer.wrap(encoded))
            .set("event_time", 1_700_000_000_000L)
            .set("image_id", id)
            .build();
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(schemaId).array());
    try {
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(value, null);
      new GenericDatumWriter<GenericRecord>(image.getSchema()).write(image, encoder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return value.toByteArray();
  }

  /** An input record at an offset of partition 0. */
  public static RawRecord record(long offset, byte[] value) {
    return new RawRecord(
        "images",
        0,
        offset,
        1_700_000_000_000L,
        ("key-" + offset).getBytes(StandardCharsets.UTF_8),
        value,
        List.of(new Header("traceparent", new byte[] {1, 2}), new Header("empty", null)));
  }

  /** An offset of partition 0. */
  public static Origin origin(long offset) {
    return new Origin("images", 0, offset, 1_700_000_000_000L);
  }

  /** The key of a stream, in the key group that the name alone would have. */
  public static StreamKey key(String stream) {
    return new StreamKey(stream, stream.hashCode());
  }

  /** An accepted image of a class, or without label for null, that keeps {@code bytes} bytes. */
  public static AcceptedImage image(long id, String label, int bytes) {
    return new AcceptedImage(
        "image-" + id, key("default"), label, id, (int) id, new byte[bytes], origin(id));
  }

  /**
   * Records of a shuffled long tail: class c has {@code largest / (c + 1)²} images; each tenth has
   * no label.
   */
  public static List<byte[]> longTail(int classes, int largest) {
    List<Integer> labels = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      labels.addAll(Collections.nCopies(Math.max(6, largest / ((c + 1) * (c + 1))), c));
    }
    Collections.shuffle(labels, new Random(2));
    List<byte[]> values = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      int c = labels.get(i);
      values.add(envelope("image-" + i, "default", i % 10 == 9 ? null : "class-" + c, png(c, i)));
    }
    return values;
  }

  /**
   * The images of one phase of a test: {@code image-PHASE-NUMBER}, the streams in turn, and of each
   * stream the classes in turn.
   */
  public static List<byte[]> phase(int phase, int images, int classes, List<String> streams) {
    List<byte[]> values = new ArrayList<>(images);
    for (int i = 0; i < images; i++) {
      int c = i / streams.size() % classes;
      values.add(
          envelope(
              "image-%s-%s".formatted(phase, i),
              streams.get(i % streams.size()),
              "class-" + c,
              png(c, phase * 1000L + i)));
    }
    return values;
  }
}
